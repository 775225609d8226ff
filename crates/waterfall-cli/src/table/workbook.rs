//! Converts workbooks to tables separated by commas.

use std::io::{self, Cursor};

use calamine::{Data, Range, Reader, SheetVisible, open_workbook_auto_from_rs};

use crate::table::encoding::invalid;
use crate::table::records::push_cell;

/// A sheet as CSV.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) csv: String,
}

/// Returns the first visible sheet with content.
pub(super) fn read(workbook: Vec<u8>) -> io::Result<Sheet> {
    let unreadable =
        |error: calamine::Error| invalid(format!("the workbook can't be read: {error}"));
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(workbook)).map_err(unreadable)?;
    let sheets = workbook.sheets_metadata().to_vec();
    for sheet in sheets.into_iter().filter(|sheet| sheet.visible == SheetVisible::Visible) {
        let cells = workbook.worksheet_range(&sheet.name).map_err(unreadable)?;
        if !cells.is_empty() {
            return Ok(Sheet { name: sheet.name, csv: csv(&cells) });
        }
    }
    Err(invalid("the workbook has no visible sheet with content".to_owned()))
}

/// Writes a line per row, including blank ones, so that row numbers match those of the sheet.
fn csv(cells: &Range<Data>) -> String {
    let (first_row, first_column) = cells.start().unwrap_or_default();
    let mut csv = "\n".repeat(first_row as usize);
    for row in cells.rows() {
        let is_blank = row.iter().all(|cell| matches!(cell, Data::Empty));
        if !is_blank || row.len() == 1 {
            csv.push_str(&",".repeat(first_column as usize));
            for (index, cell) in row.iter().enumerate() {
                if index > 0 {
                    csv.push(',');
                }
                push_cell(&mut csv, &text(cell), ',');
            }
        }
        csv.push('\n');
    }
    csv
}

fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second) {
                (0, 0, 0) => date,
                _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        cell => cell.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_a_table_with_the_row_numbers_of_the_workbook() {
        let bytes = include_bytes!("../../tests/fixtures/workbook.xlsx");
        let sheet = read(bytes.to_vec()).unwrap();
        assert_eq!(sheet.name, "People & firms");
        let expected = "Exported, by hand,,,,\n\n Work Email ,Name,Id,Since,Notes\n\
            ada@zz.example,Ada Zzroe,1234567890,2024-01-01,says \"hi\",\nand more\n\
            bo@zz.example,Bo Zzpoe,2.5,,true\n\n,Cy Zznone,,,\n";
        let expected = expected
            .replace("Exported, by hand", "\"Exported, by hand\"")
            .replace(" Work Email ", "\" Work Email \"")
            .replace("says \"hi\",\nand more", "\"says \"\"hi\"\",\nand more\"");
        assert_eq!(sheet.csv, expected);
        assert!(read(b"PK\x03\x04 not a workbook".to_vec()).is_err());
    }
}
