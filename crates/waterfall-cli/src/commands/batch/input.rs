//! [`Rows`]: the rows of a file, checked before anything is sent.

use std::collections::HashMap;

use waterfall::ContactQuery;
use waterfall_batch::{InputRow, Outcome};

use crate::args::batch::Input;
use crate::failure::Failure;
use crate::table::Unreadable;
use crate::table::{ContactFile, FileRow, Mapping};

/// How many rows the columns are guessed by.
const SAMPLE: usize = 200;

/// A file and what its columns mean.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) file: ContactFile,
    pub(super) mapping: Mapping,
    include_phones: bool,
}

/// What becomes of a row.
#[derive(Debug)]
pub(super) enum Decision {
    Launch(Box<ContactQuery>),
    /// It is a duplicate of the row at this position, from 0.
    Duplicate(usize),
    Blank,
    Invalid(String),
}

impl Rows {
    pub(super) fn read(args: &Input) -> Result<Self, Failure> {
        let assignments = args.assignments();
        let names = assignments.iter().map(|it| it.column.clone());
        let wanted: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        let name = args.input.display();
        let file = ContactFile::read(&args.input, &wanted).map_err(|error| match error {
            Unreadable::Io(error) => Failure::system(&format!("{name} could not be read"), error),
            Unreadable::Content(what) => Failure::Config {
                what: format!("{name} can't be used: {what}"),
                hint: "`waterfall batch --help` describes the files that can be used.",
            },
        })?;
        let unusable = |what: String| Failure::Config {
            what: format!("{name}: {what}"),
            hint: "--map sets which columns identify the person: --map email='Work Email'",
        };
        let mapping =
            Mapping::new(&file.format, &file.sample(SAMPLE), &assignments).map_err(unusable)?;
        if file.rows.is_empty() {
            return Err(unusable("there are no rows".to_owned()));
        }
        if mapping.is_empty() && !file.format.is_json() {
            let columns = file.format.columns.join(", ");
            return Err(unusable(format!("no column identifies a person (columns: {columns})")));
        }
        Ok(Self { file, mapping, include_phones: args.include_phones })
    }

    /// The query of a row, checked; `Ok(None)` for a blank one.
    fn query(&self, row: &FileRow) -> Result<Option<ContactQuery>, String> {
        let Some(mut spec) = self.mapping.query(&self.file.format, &row.raw)? else {
            return Ok(None);
        };
        if self.include_phones && spec.include_phones.is_none() {
            spec.include_phones = Some(true);
        }
        spec.query().map(Some).map_err(|error| error.messages().join("; "))
    }

    /// The row as the batch stores it.
    pub(super) fn input_row(&self, row: &FileRow) -> InputRow<waterfall::ContactEnrichment> {
        match self.query(row) {
            Ok(Some(query)) => InputRow::launch(&query),
            Ok(None) => InputRow::skip(Outcome::Blank, None),
            Err(problem) => InputRow::skip(Outcome::Invalid, problem),
        }
        .raw(row.raw.as_bytes())
    }

    /// What becomes of each row, in order.
    pub(super) fn decisions(&self) -> Vec<Decision> {
        let mut seen: HashMap<(String, bool), usize> = HashMap::new();
        let decide = |(position, row): (usize, &FileRow)| match self.query(row) {
            Err(problem) => Decision::Invalid(problem),
            Ok(None) => Decision::Blank,
            Ok(Some(query)) => {
                let Ok(identity) = query.identity() else {
                    return Decision::Launch(Box::new(query));
                };
                let key = (identity.as_str().to_owned(), query.asks_for_phones());
                match *seen.entry(key).or_insert(position) {
                    first if first == position => Decision::Launch(Box::new(query)),
                    first => Decision::Duplicate(first),
                }
            }
        };
        self.file.rows.iter().enumerate().map(decide).collect()
    }

    /// Names a row as people find it.
    pub(super) fn label(&self, position: usize) -> String {
        let line = self.file.rows.get(position).map_or(0, |row| row.line);
        format!("row {} (line {line})", position + 1)
    }
}
