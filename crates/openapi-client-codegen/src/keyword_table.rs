//! The representation of each keyword of OpenAPI 3.0 to 3.2 and JSON Schema, by the object that
//! contains it.
//!
//! `openapi` has the OpenAPI objects. `schema` has the keywords of schemas. A test generates a
//! document for each cell and compares the report with the cell.

mod cell;
mod openapi;
mod schema;

use std::collections::BTreeMap;
use std::fmt::Write;

pub use self::cell::{Cell, Since, Verdict};

/// Returns all cells in the order of the page.
pub fn cells() -> Vec<Cell> {
    let openapi = openapi::OBJECTS.iter().flat_map(|&(location, rows)| {
        rows.iter().map(move |&(label, since, verdict, sample)| Cell {
            location,
            label,
            since,
            verdict,
            sample,
        })
    });
    openapi.chain(schema::cells()).collect()
}

/// Returns the table as a Markdown page.
pub fn page() -> String {
    let cells = cells();
    let mut page = format!("{HEAD}\n{}", totals(&cells));
    let mut location = "";
    for cell in &cells {
        if cell.location != location {
            location = cell.location;
            // Writing to a string doesn't fail.
            let _ = write!(page, "\n## {location}\n\n| keyword | since | |\n|---|---|---|\n");
        }
        let Cell { label, since, verdict, .. } = cell;
        let (keyword, condition) = label.split_once(": ").unwrap_or((label, ""));
        let condition = if condition.is_empty() { "" } else { &format!(", {condition}") };
        let _ =
            writeln!(page, "| `{keyword}`{condition} | {} | {} |", since.text(), verdict.text());
    }
    page
}

const HEAD: &str = "# Keywords

How generated clients represent each keyword, by the object that contains it. The codes are those of the report;
`explain CODE` explains a code. `--strict` fails if a keyword is partly represented or ignored. The page is generated from
`src/keyword_table`. For each row, a test generates a document and compares the report with the row.
";

fn totals(cells: &[Cell]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in cells {
        *counts.entry(cell.verdict.class()).or_default() += 1;
    }
    let rows = counts.iter().map(|(class, count)| format!("| {class} | {count} |\n"));
    format!("| | rows |\n|---|---|\n{}", rows.collect::<String>())
}
