use super::{Assignment, ContactFile, Mapping};

fn file(bytes: &[u8]) -> ContactFile {
    ContactFile::parse(bytes, &[]).unwrap()
}

fn raws(file: &ContactFile) -> Vec<&str> {
    file.rows.iter().map(|row| row.raw.as_str()).collect()
}

fn mapping(file: &ContactFile, given: &str) -> String {
    let given = if given.is_empty() { Vec::new() } else { Assignment::parse_list(given).unwrap() };
    let mapping = Mapping::new(&file.format, &file.sample(50), &given).unwrap();
    let name = |(field, columns): (super::mapping::Field, &[usize])| {
        let columns: Vec<String> = columns.iter().map(|column| column.to_string()).collect();
        format!("{}={}", field.as_str(), columns.join("+"))
    };
    mapping.fields().map(name).collect::<Vec<_>>().join(" ")
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
            assert_eq!(file.rows.len(), 2, "{text}");
            assert_eq!(mapping(&file, ""), "email=1 full_name=0", "{text}");
            let mut back = file.format.head().to_owned() + &file.format.header_with(&[]);
            for row in &file.rows {
                back.push_str(&file.format.row_with(&row.raw, &[]));
            }
            assert_eq!(file.format.encode(&back), bytes, "{}", file.format.description());
        }
    }
}

#[test]
fn lines_before_the_header_are_left_out() {
    let text = "Notes:\n\"Some, notes; with\nseveral lines\"\n\nFirst Name,Last Name,URL,Email Address\n\
                Ada,Roe,https://www.linkedin.com/in/ada-roe,\n,,,\n";
    let file = file(text.as_bytes());
    assert_eq!((file.preamble, file.rows.len(), file.rows[0].line), (4, 2, 6));
    assert_eq!(mapping(&file, ""), "email=3 linkedin=2 first_name=0 last_name=1");
}

#[test]
fn ragged_rows_are_padded_and_quoted_newlines_kept() {
    let text = "email,notes\na@b.example\nc@d.example,\"x\ny\"\n\ne@f.example,g,h\n";
    let file = file(text.as_bytes());
    assert_eq!(raws(&file), ["a@b.example", "c@d.example,\"x\ny\"", "e@f.example,g,h"]);
    let added = ["found, yes".to_owned()];
    assert_eq!(file.format.header_with(&["s".to_owned()]), "email,notes,,s\n");
    assert_eq!(file.format.row_with(&file.rows[0].raw, &added), "a@b.example,,,\"found, yes\"\n");
    assert_eq!(file.format.row_with(&file.rows[2].raw, &added), "e@f.example,g,h,\"found, yes\"\n");
}

#[test]
fn blank_lines_of_a_single_column_are_rows() {
    let file = file("\u{feff}Email\na@b.example\n\n\n#N/A\n \nc@d.example\n\n".as_bytes());
    assert_eq!(raws(&file), ["a@b.example", "", "", "#N/A", " ", "c@d.example"]);
    assert_eq!(file.rows[5].line, 7);
}

#[test]
fn columns_are_guessed_by_name_and_content() {
    let rows = [
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
    for (text, expected) in rows {
        assert_eq!(mapping(&file(text.as_bytes()), ""), expected, "{text}");
    }
}

#[test]
fn the_mapping_can_be_corrected() {
    let file = file(b"Name,\"Mail, work\",Other Email\nA,a@b.example,c@d.example\n");
    assert_eq!(mapping(&file, ""), "email=1+2 full_name=0");
    assert_eq!(mapping(&file, "email=Mail, work,full_name="), "email=1");
    assert_eq!(mapping(&file, "email=#3"), "email=2 full_name=0");
    let given = Assignment::parse_list("email=Nothing").unwrap();
    let problem = Mapping::new(&file.format, &[], &given).unwrap_err();
    assert!(problem.contains("`Mail, work`"), "{problem}");
    assert!(Assignment::parse_list("nose=Name").unwrap_err().contains("the fields are"));
    assert!(Assignment::parse_list("Name").is_err());
}

#[test]
fn json_lines_and_arrays_are_rows() {
    let lines =
        file(b"{\"email\":\"a@b.example\",\"id\":7}\n\n{\"linkedin\":\"jane-doe-abc123\"}\n");
    assert_eq!(lines.format.columns, ["email", "id", "linkedin"]);
    assert_eq!(lines.rows[1].line, 3);
    assert_eq!(lines.format.row_with(&lines.rows[0].raw, &["x".to_owned()]), "a@b.example,7,,x\n");
    let array = file(b"[{\"Work Email\": \"a@b.example\"},\n \"c@d.example\"]");
    let mapping = Mapping::new(&array.format, &array.sample(9), &[]).unwrap();
    assert_eq!((array.rows.len(), array.rows[1].line), (2, 2));
    for row in &array.rows {
        let spec = mapping.query(&array.format, &row.raw).unwrap().unwrap();
        assert!(spec.email.is_some_and(|email| email.ends_with(".example")));
    }
}

#[test]
fn a_list_can_have_words_beside_objects() {
    let text = "jane-doe-abc123\na@b.example\n\n{\"full_name\":\"A B\",\"domain\":\"b.example\"}\n";
    let list = file(text.as_bytes());
    assert_eq!(list.rows.len(), 3);
    assert_eq!(list.format.header_with(&[]), "contact,full_name,domain\n");
    let mapping = Mapping::new(&list.format, &list.sample(9), &[]).unwrap();
    let specs: Vec<_> = list
        .rows
        .iter()
        .map(|row| mapping.query(&list.format, &row.raw).unwrap().unwrap())
        .collect();
    assert_eq!(specs[0].linkedin.as_deref(), Some("jane-doe-abc123"));
    assert_eq!(specs[1].email.as_deref(), Some("a@b.example"));
    assert_eq!(specs[2].domain.as_deref(), Some("b.example"));
}

#[test]
fn files_that_are_no_tables_are_refused() {
    let rows: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "workbook"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"email\n\x00\xff\xfe\x01", "binary"),
        (b"[{\"email\":", "JSON array"),
        (b"email,name\na@b.example,\"Jane\nc@d.example,x\n", "line 2 opens a quote"),
    ];
    for (bytes, expected) in rows {
        let problem = ContactFile::parse(bytes, &[]).unwrap_err();
        assert!(problem.contains(expected), "{problem}");
    }
}
