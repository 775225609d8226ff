use super::field::Field;
use super::source::Source;
use super::{Assignment, ContactFile, FileRow, Given, Mapping};
use crate::query_spec::{QuerySpec, parse};

/// The columns of people.
const PERSON: &[Field] = &[
    Field::Email,
    Field::Linkedin,
    Field::FullName,
    Field::FirstName,
    Field::LastName,
    Field::Domain,
    Field::Contact,
];
const COMPANY: &[Field] =
    &[Field::Domain, Field::CompanyLinkedin, Field::CompanyName, Field::Contact];
const JOB_CHANGE: &[Field] = &[
    Field::Email,
    Field::PersonalEmail,
    Field::Linkedin,
    Field::FullName,
    Field::Domain,
    Field::CompanyLinkedin,
    Field::Contact,
];
const IP: &[Field] = &[Field::Ip, Field::Contact];

fn file(bytes: &[u8]) -> ContactFile {
    file_of(bytes, PERSON)
}

fn file_of(bytes: &[u8], fields: &[Field]) -> ContactFile {
    ContactFile::of(Source::Memory(bytes.to_vec()), &[], fields).unwrap()
}

fn rows(file: &ContactFile) -> Vec<FileRow> {
    let rows: Vec<FileRow> = file.rows().unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), file.count);
    rows
}

fn raws(file: &ContactFile) -> Vec<String> {
    rows(file).into_iter().map(|row| row.raw).collect()
}

fn mapping(file: &ContactFile, given: &str) -> String {
    mapping_of(file, given, PERSON)
}

fn mapping_of(file: &ContactFile, given: &str, fields: &[Field]) -> String {
    let given = if given.is_empty() { Vec::new() } else { Assignment::parse_list(given).unwrap() };
    let mapping = Mapping::new(&file.format, &file.sample(50).unwrap(), &given, fields).unwrap();
    let name = |(field, columns): (Field, &[usize])| {
        let columns: Vec<String> = columns.iter().map(|column| column.to_string()).collect();
        format!("{}={}", field.as_str(), columns.join("+"))
    };
    mapping.fields().map(name).collect::<Vec<_>>().join(" ")
}

/// Returns the query of a row that is a text.
fn spec(mapping: &Mapping, file: &ContactFile, row: &FileRow) -> QuerySpec {
    match mapping.given(&file.format, &row.raw, true).unwrap() {
        Given::Text(text) => parse(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn delimiters_and_encodings_are_recognized_and_rows_come_back_byte_for_byte() {
    let text =
        "Name;Work Email;Città\r\nZoë \"Z\" Roe;zoe@acme.example;Forlì\r\n\"A;b\";a@b.example;\r\n";
    for delimiter in [",", ";", "\t", "|"] {
        let text = text.replace(';', delimiter);
        let utf_16: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let encoded: [Vec<u8>; 4] = [
            text.clone().into_bytes(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            utf_16,
            encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
        ];
        for bytes in encoded {
            let file = file(&bytes);
            assert_eq!(rows(&file).len(), 2, "{text}");
            assert_eq!(mapping(&file, ""), "email=1 full_name=0", "{text}");
            let mut back = file.format.head().to_owned() + &file.format.header_with(&[]);
            for row in rows(&file) {
                back.push_str(&file.format.row_with(&row.raw, &[]));
            }
            assert_eq!(file.format.encode(&back), bytes, "{}", file.format.description());
        }
    }
}

#[test]
fn lines_before_the_header_are_omitted() {
    let text = "Notes:\n\"Some, notes; with\nseveral lines\"\n\nFirst Name,Last Name,URL,Email Address\n\
                Ada,Roe,https://www.linkedin.com/in/ada-roe,\n,,,\n";
    let file = file(text.as_bytes());
    assert_eq!((file.preamble, rows(&file).len(), rows(&file)[0].line), (4, 2, 6));
    assert_eq!(mapping(&file, ""), "email=3 linkedin=2 first_name=0 last_name=1");
}

#[test]
fn ragged_rows_are_padded_and_quoted_newlines_kept() {
    let text = "email,notes\na@b.example\nc@d.example,\"x\ny\"\n\ne@f.example,g,h\n";
    let file = file(text.as_bytes());
    assert_eq!(raws(&file), ["a@b.example", "c@d.example,\"x\ny\"", "e@f.example,g,h"]);
    let added = ["found, yes".to_owned()];
    assert_eq!(file.format.header_with(&["s".to_owned()]), "email,notes,,s\n");
    assert_eq!(file.format.row_with(&rows(&file)[0].raw, &added), "a@b.example,,,\"found, yes\"\n");
    assert_eq!(
        file.format.row_with(&rows(&file)[2].raw, &added),
        "e@f.example,g,h,\"found, yes\"\n"
    );
}

#[test]
fn blank_lines_of_a_single_column_are_rows() {
    let file = file("\u{feff}Email\na@b.example\n\n\n#N/A\n \nc@d.example\n\n".as_bytes());
    assert_eq!(raws(&file), ["a@b.example", "", "", "#N/A", " ", "c@d.example"]);
    assert_eq!(rows(&file)[5].line, 7);
}

#[test]
fn columns_are_guessed_by_name_and_content() {
    let cases = [
        ("Email consent,E-Mail\nyes,a@b.example\n", "email=1"),
        ("Email,Email\n,a@b.example\n", "email=0+1"),
        ("Email Status,Primäre E-Mail-Adresse,x\nVerified,a@b.example,1\n", "email=1"),
        (
            "Company Linkedin Url,Person Linkedin Url\nhttps://www.linkedin.com/company/a,\
          https://www.linkedin.com/in/a-b\n",
            "linkedin=1",
        ),
        ("Vollname,Kontakt\nJ,a@b.example\nK,c@d.example\n", "email=1"),
        (
            " First Name ,Last Name,Company Domain\nA,B,acme.example\n",
            "first_name=0 last_name=1 domain=2",
        ),
        ("a@b.example,x\nc@d.example,y\n", "email=0"),
        ("jane-doe-abc123\nhttps://www.linkedin.com/in/john-roe\n", "contact=0"),
    ];
    for (text, expected) in cases {
        assert_eq!(mapping(&file(text.as_bytes()), ""), expected, "{text}");
    }
}

#[test]
fn columns_of_other_kinds_are_guessed_by_name_and_content() {
    let page = "https://www.linkedin.com/company/acme";
    let person = "https://www.linkedin.com/in/jane-doe";
    let cases = [
        (COMPANY, "Account,Web,Owner\nAcme,www.acme.example,Jo Roe\n", "domain=1 company_name=0"),
        (COMPANY, &format!("Company,LinkedIn\nAcme,{page}\n"), "company_linkedin=1 company_name=0"),
        (COMPANY, &format!("Company,LinkedIn\nAcme,{person}\n"), "company_name=0"),
        (COMPANY, "Acme;acme.example\nZz;zz.example\n", "domain=1"),
        (COMPANY, "acme.example\nzz.example\n", "contact=0"),
        (COMPANY, "Website\nacme.example\n", "domain=0"),
        (
            JOB_CHANGE,
            &format!(
                "Private E-Mail,E-Mail,LinkedIn,Company LinkedIn,Domain\n\
                a@b.example,c@d.example,{person},{page},d.example\n"
            ),
            "email=1 personal_email=0 linkedin=2 domain=4 company_linkedin=3",
        ),
        (IP, "Visitor,Remote Addr\n7,192.0.2.7\n", "ip=1"),
        (IP, "Visitor,Source\n7,192.0.2.7\n8,192.0.2.8\n", "ip=1"),
        (IP, "192.0.2.7\n192.0.2.8\n", "contact=0"),
    ];
    for (fields, text, expected) in cases {
        let file = file_of(text.as_bytes(), fields);
        assert_eq!(mapping_of(&file, "", fields), expected, "{text}");
    }
    let file = file_of(b"A,B\nAcme,x\n", COMPANY);
    assert_eq!(
        mapping_of(&file, "name=A,linkedin=B", COMPANY),
        "company_linkedin=1 company_name=0"
    );
    let given = Assignment::parse_list("email=A").unwrap();
    let problem = Mapping::new(&file.format, &[], &given, COMPANY).unwrap_err();
    assert!(problem.contains("the fields are domain, company_linkedin"), "{problem}");
}

#[test]
fn the_mapping_can_be_corrected() {
    let file = file(b"Name,\"Mail, work\",Other Email\nA,a@b.example,c@d.example\n");
    assert_eq!(mapping(&file, ""), "email=1+2 full_name=0");
    assert_eq!(mapping(&file, "email=Mail, work,full_name="), "email=1");
    assert_eq!(mapping(&file, "email=#3"), "email=2 full_name=0");
    let given = Assignment::parse_list("email=Nothing").unwrap();
    let problem = Mapping::new(&file.format, &[], &given, PERSON).unwrap_err();
    assert!(problem.contains("`Mail, work`"), "{problem}");
    assert!(Assignment::parse_list("nose=Name").unwrap_err().contains("the fields are"));
    assert!(Assignment::parse_list("Name").is_err());
}

#[test]
fn json_lines_and_arrays_are_rows() {
    let lines =
        file(b"{\"email\":\"a@b.example\",\"id\":7}\n\n{\"linkedin\":\"jane-doe-abc123\"}\n");
    assert_eq!(lines.format.columns, ["email", "id", "linkedin"]);
    assert_eq!(rows(&lines)[1].line, 3);
    assert_eq!(
        lines.format.row_with(&rows(&lines)[0].raw, &["x".to_owned()]),
        "a@b.example,7,,x\n"
    );
    let array = file(b"[{\"Work Email\": \"a@b.example\"},\n \"c@d.example\"]");
    let mapping = Mapping::new(&array.format, &array.sample(9).unwrap(), &[], PERSON).unwrap();
    assert_eq!((rows(&array).len(), rows(&array)[1].line), (2, 2));
    for row in rows(&array) {
        let spec = spec(&mapping, &array, &row);
        assert!(spec.email.is_some_and(|email| email.ends_with(".example")));
    }
}

#[test]
fn a_list_can_contain_words_and_objects() {
    let text = "jane-doe-abc123\na@b.example\n\n{\"full_name\":\"A B\",\"domain\":\"b.example\"}\n";
    let list = file(text.as_bytes());
    assert_eq!(rows(&list).len(), 3);
    assert_eq!(list.format.header_with(&[]), "contact,full_name,domain\n");
    let mapping = Mapping::new(&list.format, &list.sample(9).unwrap(), &[], PERSON).unwrap();
    let specs: Vec<_> = rows(&list).iter().map(|row| spec(&mapping, &list, row)).collect();
    assert_eq!(specs[0].linkedin.as_deref(), Some("jane-doe-abc123"));
    assert_eq!(specs[1].email.as_deref(), Some("a@b.example"));
    assert_eq!(specs[2].domain.as_deref(), Some("b.example"));
}

#[test]
fn other_files_are_rejected_as_tables() {
    let cases: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "workbook"), // With the feature `xlsx`: one that can't be read.
        (b"\x1f\x8b\x08", "compressed"),
        (b"email\n\x00\xff\xfe\x01", "binary"),
        (b"[{\"email\":", "JSON array"),
        (b"email,name\na@b.example,\"Jane\nc@d.example,x\n", "line 2 opens a quote"),
    ];
    for (bytes, expected) in cases {
        let problem =
            ContactFile::of(Source::Memory(bytes.to_vec()), &[], PERSON).unwrap_err().to_string();
        assert!(problem.contains(expected), "{problem}");
    }
}

/// Longer than one read, with characters and records across chunk boundaries.
#[test]
fn long_files_are_read_in_pieces() {
    const ROWS: usize = 5_000;
    let mut text = "Name;Work Email;Notes\r\n".to_owned();
    for number in 0..ROWS {
        let notes = "ü€".repeat(number % 7);
        text += &format!("Zoë {number};zoe{number}@acme.example;\"{notes};\r\n\"\"{notes}\"\r\n");
        if number % 5 == 0 {
            text += "\r\n";
        }
    }
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let legacy = encoding_rs::WINDOWS_1252.encode(&text.replace('€', "e")).0.into_owned();
    let lengths = [text.len(), utf_16.len(), legacy.len()];
    assert!(lengths.iter().all(|length| *length > 128 * 1024), "{lengths:?}");
    for (bytes, encoding) in
        [(text.into_bytes(), "UTF-8"), (utf_16, "UTF-16LE"), (legacy, "windows-1252")]
    {
        let file = file(&bytes);
        assert!(file.format.description().ends_with(encoding), "{}", file.format.description());
        assert_eq!(mapping(&file, ""), "email=1 full_name=0");
        let rows = rows(&file);
        assert_eq!(rows.len(), ROWS);
        // Two lines each, the header, and a blank line after every fifth.
        assert_eq!(rows[ROWS - 1].line as usize, 1 + (ROWS - 1) * 2 + ROWS / 5 + 1);
        for (number, row) in rows.iter().enumerate().step_by(7) {
            let cells = file.format.cells(&row.raw);
            assert_eq!(cells[1], format!("zoe{number}@acme.example"));
            assert_eq!(cells.len(), 3, "{row:?}");
        }
    }
}

#[test]
fn a_file_is_read_as_often_as_necessary() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.csv");
    std::fs::write(&path, "Email\na@b.example\nc@d.example\n").unwrap();
    let file = ContactFile::read(&path, &[], PERSON).unwrap();
    assert_eq!(raws(&file), ["a@b.example", "c@d.example"]);
    assert_eq!(raws(&file), ["a@b.example", "c@d.example"]);
}

#[cfg(feature = "xlsx")]
#[test]
fn the_first_sheet_of_a_workbook_with_content_is_a_table() {
    let file = file(include_bytes!("../../tests/fixtures/workbook.xlsx"));
    assert_eq!(file.description(), "the sheet `People & firms` of a workbook");
    assert_eq!(mapping(&file, ""), "email=0 full_name=1");
    let rows = rows(&file);
    assert_eq!((file.preamble, rows.len(), rows[0].line), (2, 3, 4));
    assert_eq!(file.format.cells(&rows[1].raw), ["bo@zz.example", "Bo Zzpoe", "2.5", "", "true"]);
}
