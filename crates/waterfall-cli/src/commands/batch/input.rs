//! [`Rows`]: the rows of a file, checked before anything is sent.

use std::marker::PhantomData;

use waterfall::JobQuery;
use waterfall_batch::{InputRow, Outcome};

use super::kind::{RowOptions, RowQuery};
use crate::args::batch::Input;
use crate::args::batch_kind::Kind;
use crate::failure::Failure;
use crate::table::Unreadable;
use crate::table::{ContactFile, FileRow, Mapping};
use crate::terminal_text::count;

/// The number of rows in the sample from which the columns are guessed.
const SAMPLE: usize = 200;

/// A file and the meaning of its columns. Its rows are read whenever they are needed.
#[derive(Debug)]
pub(super) struct Rows<Q> {
    pub(super) file: ContactFile,
    pub(super) mapping: Mapping,
    pub(super) options: RowOptions,
    name: String,
    query: PhantomData<fn() -> Q>,
}

/// The decision on a row.
#[derive(Debug)]
pub(super) enum Decision {
    Launch,
    /// The row is a duplicate of the row at this position, counted from 0.
    Duplicate(usize),
    Blank,
    Invalid(String),
}

/// The result of checking a row independently of other rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Query,
    Blank,
    Invalid,
}

/// The positions of rows, and those of the rows that they are duplicates of.
type Duplicates = Vec<(u32, u32)>;

/// A row, its position, and the decision on it.
#[derive(Debug)]
pub(super) struct Checked {
    /// Counted from 0.
    pub(super) position: usize,
    pub(super) row: FileRow,
    pub(super) decision: Decision,
}

/// The numbers of rows by decision.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) launches: usize,
    pub(super) duplicates: usize,
    pub(super) invalid: usize,
    pub(super) blank: usize,
}

impl<Q: RowQuery> Rows<Q> {
    pub(super) fn read(args: &Input, kind: Kind) -> Result<Self, Failure> {
        let options = RowOptions::new(args, kind).map_err(|option| Failure::Config {
            what: format!("{option} has no effect on a batch of the kind {kind}"),
            hint: "`waterfall batch --help` describes the kinds.",
        })?;
        let assignments = args.assignments();
        let names = assignments.iter().map(|it| it.column.clone());
        let wanted: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        let name = args.input.display().to_string();
        let file = ContactFile::read(&args.input, &wanted, Q::FIELDS)
            .map_err(|error| unreadable(&name, error))?;
        let subject = match kind {
            Kind::Contact | Kind::Phone | Kind::JobChange => "a person",
            Kind::Company | Kind::Prospect | Kind::Titles => "a company",
            Kind::Reveal => "an IP address",
        };
        let unusable = |what: String| Failure::Config {
            what: format!("{name}: {what}"),
            hint: "--map selects the columns: --map email='Work Email'. --kind selects the kind \
                of the jobs.",
        };
        let sample = file.sample(SAMPLE).map_err(|error| unreadable(&name, error))?;
        let mapping = Mapping::new(&file.format, &sample, &assignments, Q::FIELDS);
        let mapping = mapping.map_err(unusable)?;
        if file.count == 0 {
            return Err(unusable("there are no rows".to_owned()));
        }
        if mapping.is_empty() && (!file.format.is_json() || !Q::READS_OBJECTS) {
            let columns = file.format.columns.join(", ");
            return Err(unusable(format!("no column identifies {subject} (columns: {columns})")));
        }
        Ok(Self { file, mapping, options, name, query: PhantomData })
    }

    /// Returns the cells of the first rows.
    pub(super) fn sample(&self, most: usize) -> Result<Vec<Vec<String>>, Failure> {
        self.file.sample(most).map_err(|error| unreadable(&self.name, error))
    }

    /// Returns the rows with their positions, counted from 0.
    pub(super) fn iter(
        &self,
    ) -> Result<impl Iterator<Item = Result<(usize, FileRow), Failure>> + '_, Failure> {
        let rows = self.file.rows().map_err(|error| unreadable(&self.name, error))?;
        Ok(rows.enumerate().map(|(position, row)| match row {
            Ok(row) => Ok((position, row)),
            Err(error) => Err(unreadable(&self.name, error)),
        }))
    }

    /// Returns the row as the batch stores it: its query, checked and cleaned, or the reason why it
    /// has none.
    pub(super) fn input_row(&self, row: &FileRow) -> InputRow<<Q as JobQuery>::Kind> {
        let given = self.mapping.given(&self.file.format, &row.raw, Q::READS_OBJECTS);
        match given.and_then(|given| Q::of_row(given, &self.options)) {
            Ok(Some(query)) => InputRow::launch(&query),
            Ok(None) => InputRow::skip(Outcome::Blank, None),
            Err(problem) => InputRow::skip(Outcome::Invalid, problem),
        }
    }

    /// Decides about all rows, in order.
    pub(super) fn check(&self, mut each: impl FnMut(&Checked)) -> Result<Counts, Failure> {
        let (classes, duplicates) = self.classes()?;
        let mut duplicates = duplicates.into_iter().peekable();
        let mut counts = Counts::default();
        for row in self.iter()? {
            let (position, row) = row?;
            let first = duplicates.next_if(|(duplicate, _)| *duplicate as usize == position);
            let decision = match (classes.get(position), first) {
                (Some(Class::Invalid), _) => {
                    let input = self.input_row(&row);
                    Decision::Invalid(input.detail().unwrap_or_default().to_owned())
                }
                (Some(Class::Blank), _) => Decision::Blank,
                (_, Some((_, first))) => Decision::Duplicate(first as usize),
                (_, None) => Decision::Launch,
            };
            counts.add(&decision);
            each(&Checked { position, row, decision });
        }
        Ok(counts)
    }

    /// Returns the result of checking each row, and the positions of duplicates in ascending order,
    /// with those of the rows that are launched instead. Rows are compared by 64 bits of the hash
    /// with which the journal compares them: a million take 16 MB.
    fn classes(&self) -> Result<(Vec<Class>, Duplicates), Failure> {
        let mut classes = Vec::with_capacity(self.file.count);
        let mut seen: Vec<(u64, u32)> = Vec::with_capacity(self.file.count);
        for row in self.iter()? {
            let (position, row) = row?;
            let position = u32::try_from(position).map_err(|_| Failure::Config {
                what: format!("{} has too many rows", self.name),
                hint: "Split the file.",
            })?;
            let input = self.input_row(&row);
            if let Some([a, b, c, d, e, f, g, h, ..]) = input.identity_hash() {
                seen.push((u64::from_ne_bytes([a, b, c, d, e, f, g, h]), position));
            }
            classes.push(match input.skipped() {
                None => Class::Query,
                Some(Outcome::Blank) => Class::Blank,
                Some(_) => Class::Invalid,
            });
        }
        seen.sort_unstable();
        let same = seen.chunk_by(|one, other| one.0 == other.0);
        let mut duplicates: Duplicates = same
            .flat_map(|same| same[1..].iter().map(|(_, duplicate)| (*duplicate, same[0].1)))
            .collect();
        duplicates.sort_unstable();
        Ok((classes, duplicates))
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

/// Returns the label by which people find a row.
pub(super) fn label(position: usize, row: &FileRow) -> String {
    format!("row {} (line {})", position + 1, row.line)
}

impl Counts {
    fn add(&mut self, decision: &Decision) {
        match decision {
            Decision::Launch => self.launches += 1,
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
