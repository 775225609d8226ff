//! [`Rows`]: the rows of a file, checked before anything is sent.

use std::hash::{DefaultHasher, Hash, Hasher};

use waterfall::{ContactEnrichment, ContactQuery};
use waterfall_batch::{InputRow, Outcome};

use crate::args::batch::Input;
use crate::failure::Failure;
use crate::table::Unreadable;
use crate::table::{ContactFile, FileRow, Mapping};
use crate::terminal_text::count;

/// The number of rows in the sample from which the columns are guessed.
const SAMPLE: usize = 200;

/// A file and the meaning of its columns. Its rows are read whenever they are needed.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) file: ContactFile,
    pub(super) mapping: Mapping,
    name: String,
    include_phones: bool,
}

/// The decision on a row.
#[derive(Debug)]
pub(super) enum Decision {
    Launch(Box<ContactQuery>),
    /// It is a duplicate of the row at this position, from 0.
    Duplicate(usize),
    Blank,
    Invalid(String),
}

/// A row, its position, and the decision on it.
#[derive(Debug)]
pub(super) struct Checked {
    /// From 0.
    pub(super) position: usize,
    pub(super) row: FileRow,
    pub(super) decision: Decision,
}

/// Counts of decisions.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) launches: usize,
    pub(super) duplicates: usize,
    pub(super) invalid: usize,
    pub(super) blank: usize,
}

impl Rows {
    pub(super) fn read(args: &Input) -> Result<Self, Failure> {
        let assignments = args.assignments();
        let names = assignments.iter().map(|it| it.column.clone());
        let wanted: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        let name = args.input.display().to_string();
        let file =
            ContactFile::read(&args.input, &wanted).map_err(|error| unreadable(&name, error))?;
        let unusable = |what: String| Failure::Config {
            what: format!("{name}: {what}"),
            hint: "--map sets which columns identify the person: --map email='Work Email'",
        };
        let sample = file.sample(SAMPLE).map_err(|error| unreadable(&name, error))?;
        let mapping = Mapping::new(&file.format, &sample, &assignments).map_err(unusable)?;
        if file.count == 0 {
            return Err(unusable("there are no rows".to_owned()));
        }
        if mapping.is_empty() && !file.format.is_json() {
            let columns = file.format.columns.join(", ");
            return Err(unusable(format!("no column identifies a person (columns: {columns})")));
        }
        Ok(Self { file, mapping, name, include_phones: args.include_phones })
    }

    /// The cells of the first rows.
    pub(super) fn sample(&self, most: usize) -> Result<Vec<Vec<String>>, Failure> {
        self.file.sample(most).map_err(|error| unreadable(&self.name, error))
    }

    /// The rows with their positions, from 0.
    pub(super) fn iter(
        &self,
    ) -> Result<impl Iterator<Item = Result<(usize, FileRow), Failure>> + '_, Failure> {
        let rows = self.file.rows().map_err(|error| unreadable(&self.name, error))?;
        Ok(rows.enumerate().map(|(position, row)| match row {
            Ok(row) => Ok((position, row)),
            Err(error) => Err(unreadable(&self.name, error)),
        }))
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
    pub(super) fn input_row(&self, row: &FileRow) -> InputRow<ContactEnrichment> {
        match self.query(row) {
            Ok(Some(query)) => InputRow::launch(&query),
            Ok(None) => InputRow::skip(Outcome::Blank, None),
            Err(problem) => InputRow::skip(Outcome::Invalid, problem),
        }
        .raw(row.raw.as_bytes())
    }

    /// Decides about all rows, in order.
    pub(super) fn check(&self, mut each: impl FnMut(&Checked)) -> Result<Counts, Failure> {
        let duplicates = self.duplicates()?;
        let mut duplicates = duplicates.into_iter().peekable();
        let mut counts = Counts::default();
        for row in self.iter()? {
            let (position, row) = row?;
            let first = duplicates.next_if(|(duplicate, _)| *duplicate == position);
            let decision = match (self.query(&row), first) {
                (Err(problem), _) => Decision::Invalid(problem),
                (Ok(None), _) => Decision::Blank,
                (Ok(Some(_)), Some((_, first))) => Decision::Duplicate(first),
                (Ok(Some(query)), None) => Decision::Launch(Box::new(query)),
            };
            counts.add(&decision);
            each(&Checked { position, row, decision });
        }
        Ok(counts)
    }

    /// The positions of duplicates in ascending order, with those of the rows that are launched
    /// instead. Identities are compared by 64 bits of a hash: a million rows take 16 MB. The
    /// journal, which decides in the end, uses 128 bits.
    fn duplicates(&self) -> Result<Vec<(usize, usize)>, Failure> {
        let mut seen: Vec<(u64, usize)> = Vec::with_capacity(self.file.count);
        for row in self.iter()? {
            let (position, row) = row?;
            if let Ok(Some(query)) = self.query(&row)
                && let Ok(identity) = query.identity()
            {
                let mut hasher = DefaultHasher::new();
                (identity.as_str(), query.asks_for_phones()).hash(&mut hasher);
                seen.push((hasher.finish(), position));
            }
        }
        seen.sort_unstable();
        let same = seen.chunk_by(|one, other| one.0 == other.0);
        let mut duplicates: Vec<(usize, usize)> = same
            .flat_map(|same| same[1..].iter().map(|(_, duplicate)| (*duplicate, same[0].1)))
            .collect();
        duplicates.sort_unstable();
        Ok(duplicates)
    }
}

fn unreadable(name: &str, error: Unreadable) -> Failure {
    match error {
        Unreadable::Io(error) => Failure::system(&format!("{name} could not be read"), error),
        Unreadable::Content(what) => Failure::Config {
            what: format!("{name} can't be used: {what}"),
            hint: "`waterfall batch --help` describes the files that can be used.",
        },
    }
}

/// The name of a row by which people find it.
pub(super) fn label(position: usize, row: &FileRow) -> String {
    format!("row {} (line {})", position + 1, row.line)
}

impl Counts {
    fn add(&mut self, decision: &Decision) {
        match decision {
            Decision::Launch(_) => self.launches += 1,
            Decision::Duplicate(_) => self.duplicates += 1,
            Decision::Invalid(_) => self.invalid += 1,
            Decision::Blank => self.blank += 1,
        }
    }

    pub(super) fn line(&self) -> String {
        let Self { launches, duplicates, invalid, blank } = *self;
        let rows = count(self.rows(), "row");
        let twice = count(duplicates, "duplicate");
        format!("{rows}: {launches} to launch, {twice}, {invalid} invalid, {blank} blank")
    }

    pub(super) fn rows(&self) -> usize {
        self.launches + self.duplicates + self.invalid + self.blank
    }
}
