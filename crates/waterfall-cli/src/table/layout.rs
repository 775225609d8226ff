//! Guesses the delimiter of a table, and which record is its header.

use crate::query_spec::columns::is_usual;
use crate::table::cell_kind::same_name;
use crate::table::field::{Field, is_name_of, is_value_of};
use crate::table::records::{Records, cells, owned};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The number of records in the sample, and the maximum number of them before the header.
const SAMPLE: usize = 60;
const MAX_PREAMBLE: usize = 20;

/// The layout of a table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    /// The position of the header among the records; `None` if there is none.
    pub(super) header: Option<usize>,
}

/// The cells of the first records, by the delimiter.
type Sample = (u8, Vec<Vec<String>>);

/// Guesses the layout from the names of columns with these fields, and otherwise from the content.
/// Columns that are requested by name are among the names. Unless the text is complete, its last
/// record may be incomplete.
pub(super) fn guess(text: &str, is_all: bool, wanted: &[String], fields: &[Field]) -> Layout {
    let sample = |delimiter: u8| {
        let records = Records::new(text.as_bytes(), delimiter).take(SAMPLE).map_while(Result::ok);
        let mut records: Vec<_> = records.map(|it| owned(cells(&it.raw, delimiter))).collect();
        if !is_all && records.len() < SAMPLE {
            records.pop();
        }
        (delimiter, records)
    };
    let samples: Vec<Sample> = DELIMITERS.into_iter().map(sample).collect();
    by_names(&samples, wanted, fields).unwrap_or_else(|| by_content(&samples, fields))
}

fn by_names(samples: &[Sample], wanted: &[String], fields: &[Field]) -> Option<Layout> {
    let (mut best, mut most) = (None, 0);
    for (delimiter, records) in samples {
        for (position, cells) in records.iter().enumerate().take(MAX_PREAMBLE) {
            let score = score(cells, wanted, fields);
            if score > most {
                most = score;
                best = Some(Layout { delimiter: *delimiter, header: Some(position) });
            }
        }
    }
    best
}

/// Returns how much a record looks like a header. Columns that were requested by name count most.
fn score(cells: &[String], wanted: &[String], fields: &[Field]) -> usize {
    let is_wanted = |cell: &&String| wanted.iter().any(|name| same_name(name, cell));
    let asked = cells.iter().filter(is_wanted).count();
    let named = cells.iter().filter(|cell| is_name_of(fields, cell)).count();
    let usual = cells.iter().filter(|cell| is_usual(cell) || is_name_of(fields, cell)).count();
    if cells.iter().any(|cell| is_value_of(fields, cell)) || asked + named == 0 {
        return 0;
    }
    1_000 * asked + 10 * named + usual
}

fn by_content(samples: &[Sample], fields: &[Field]) -> Layout {
    let widths = samples.iter().filter_map(|(delimiter, records)| {
        let filled: Vec<usize> = records.iter().map(Vec::len).filter(|width| *width > 0).collect();
        let same = |width: usize| filled.iter().filter(|it| **it == width).count();
        let usual = filled.iter().copied().max_by_key(|width| same(*width))?;
        let is_table = usual > 1 && same(usual) * 10 >= filled.len() * 8;
        is_table.then_some((*delimiter, records, usual))
    });
    let Some((delimiter, records, width)) = widths.max_by_key(|(_, _, width)| *width) else {
        return Layout { delimiter: b',', header: None };
    };
    let first = records.iter().position(|cells| cells.len() == width).unwrap_or(0);
    let is_data = records[first].iter().any(|cell| is_value_of(fields, cell));
    Layout { delimiter, header: (!is_data).then_some(first) }
}
