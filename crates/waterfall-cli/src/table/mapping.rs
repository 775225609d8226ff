//! [`Mapping`]: the columns of a file that identify the person or the company.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use waterfall::ContactQuery;

use crate::query_spec::columns::folded;
use crate::table::cell_kind::same_name;
use crate::table::contact_file::UNNAMED;
use crate::table::field::Field;
use crate::table::format::Format;
use crate::table::objects;

/// One `FIELD=COLUMN` of `--map`. An empty column means that no column is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    field: Field,
    pub(crate) column: String,
}

impl Assignment {
    /// Parses `email=Work Email,domain=Website`. A comma that is not followed by `FIELD=` is part
    /// of the name of a column.
    pub(crate) fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        let mut list: Vec<Self> = Vec::new();
        for part in text.split(',') {
            let given = part.split_once('=').map(|(field, column)| (field.parse(), column));
            match (given, list.last_mut()) {
                (Some((Ok(field), column)), _) => {
                    list.push(Self { field, column: column.trim().to_owned() });
                }
                (_, Some(last)) => last.column = format!("{},{part}", last.column),
                (Some((Err(problem), _)), None) => return Err(problem),
                (None, None) => return Err("pass FIELD=COLUMN, such as email='Work Email'".into()),
            }
        }
        Ok(list)
    }
}

/// The columns of each field. The first column with a value is used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mapping {
    columns: BTreeMap<Field, Vec<usize>>,
    /// Whether it was given rather than guessed.
    #[serde(default)]
    given: bool,
}

/// The data that a row provides for its query.
#[derive(Debug)]
pub(crate) enum Given<'a> {
    /// The row is blank.
    Blank,
    /// A word, or a JSON object.
    Text(Cow<'a, str>),
    Values(Values<'a>),
}

/// The values of a row by their fields.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    mapping: &'a Mapping,
    cells: Vec<Cow<'a, str>>,
    /// Returns the text of the row, if it is a JSON object.
    object: Option<&'a str>,
}

impl Values<'_> {
    /// Returns the value of a field, from the first of its columns that has one.
    pub(crate) fn get(&self, field: Field) -> Option<String> {
        self.text(field).map(str::to_owned)
    }

    fn text(&self, field: Field) -> Option<&str> {
        let columns = self.mapping.columns.get(&field)?;
        let values = || columns.iter().filter_map(|column| self.cells.get(*column));
        let filled = values().find(|value| !ContactQuery::is_blank(value));
        filled.or_else(|| values().next()).map(|value| &**value)
    }

    fn is_filled(&self, field: Field) -> bool {
        self.text(field).is_some_and(|value| !ContactQuery::is_blank(value))
    }

    /// Returns the object that the row contains as custom data.
    pub(crate) fn custom_fields(&self) -> Option<Map<String, Value>> {
        match objects::members(self.object?).remove("custom_fields")? {
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

impl Mapping {
    /// Guesses from names and content which columns have these fields, and then applies the given
    /// mapping.
    pub(crate) fn new(
        format: &Format,
        sample: &[Vec<String>],
        given: &[Assignment],
        fields: &[Field],
    ) -> Result<Self, String> {
        let mut columns = guess(&format.columns, sample, fields);
        for Assignment { field, column } in given {
            let field = field.among(fields).ok_or_else(|| {
                let names: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
                let (field, names) = (field.as_str(), names.join(", "));
                format!("{field} is not a field of this kind of jobs; the fields are {names}")
            })?;
            columns.remove(&field);
            if !column.is_empty() {
                columns.insert(field, find(&format.columns, column)?);
            }
        }
        Ok(Self { columns, given: !given.is_empty() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Returns the fields with the positions of their columns.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (Field, &[usize])> {
        self.columns.iter().map(|(field, columns)| (*field, &columns[..]))
    }

    /// Returns the data that a row provides for its query. A JSON object is passed on as text if
    /// its kind of jobs `reads_objects` and no columns were given.
    pub(crate) fn given<'a>(
        &'a self,
        format: &Format,
        raw: &'a str,
        reads_objects: bool,
    ) -> Result<Given<'a>, String> {
        let cells = format.cells(raw);
        if cells.iter().all(|cell| ContactQuery::is_blank(cell)) {
            return Ok(Given::Blank);
        }
        let object = (format.is_json() && raw.trim_start().starts_with('{')).then_some(raw);
        // Other members, such as custom_fields, count as well.
        if format.is_json() && !self.given && (object.is_none() || reads_objects) {
            return Ok(Given::Text(match object {
                Some(object) => Cow::Borrowed(object),
                None => Cow::Owned(format.word(raw)),
            }));
        }
        let values = Values { mapping: self, cells, object };
        if !Field::ALL.into_iter().any(|field| values.is_filled(field)) {
            let names: Vec<&str> = self.columns.keys().map(|field| field.as_str()).collect();
            return Err(format!("there is no value for {}", names.join(", ")));
        }
        Ok(match values.get(Field::Contact) {
            Some(word) => Given::Text(Cow::Owned(word)),
            None => Given::Values(values),
        })
    }
}

/// Returns the columns of this name; `#3` is the third one.
fn find(columns: &[String], name: &str) -> Result<Vec<usize>, String> {
    let number = name.strip_prefix('#').and_then(|number| number.parse::<usize>().ok());
    if let Some(number) = number.filter(|number| (1..=columns.len()).contains(number)) {
        return Ok(vec![number - 1]);
    }
    let found: Vec<usize> =
        (0..columns.len()).filter(|index| same_name(&columns[*index], name)).collect();
    if found.is_empty() {
        let names = columns.iter().filter(|name| !name.is_empty());
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        return Err(format!("there is no column `{name}`; the columns are {}", names.join(", ")));
    }
    Ok(found)
}

fn guess(
    columns: &[String],
    sample: &[Vec<String>],
    fields: &[Field],
) -> BTreeMap<Field, Vec<usize>> {
    if columns == [UNNAMED] {
        return BTreeMap::from([(Field::Contact, vec![0])]);
    }
    let mut mapping = BTreeMap::new();
    let content = |index: usize| Content::of(sample, index);
    for field in fields.iter().copied() {
        let rank = |index: usize| rank(field, fields, &columns[index]);
        let mut named: Vec<(usize, usize)> = (0..columns.len())
            .filter_map(|index| Some((rank(index)?, index)))
            .filter(|(_, index)| content(*index).agrees(field) != Some(false))
            .collect();
        named.sort_unstable();
        let mut found: Vec<usize> = named.into_iter().map(|(_, index)| index).collect();
        let similar = (0..columns.len()).filter(|index| {
            let name = folded(&columns[*index]);
            let is_other = is_personal(field, fields, &name);
            !is_other && field.parts().iter().any(|part| name.contains(part))
        });
        for index in similar {
            if !found.contains(&index) && content(index).agrees(field) == Some(true) {
                found.push(index);
            }
        }
        if !found.is_empty() {
            mapping.insert(field, found);
        }
    }
    for field in fields.iter().copied().filter(|field| field.is_seen(fields)) {
        let used = |index: &usize| mapping.values().flatten().any(|it: &usize| it == index);
        let found: Vec<usize> = (0..columns.len())
            .filter(|index| !used(index) && content(*index).agrees(field) == Some(true))
            .collect();
        if !mapping.contains_key(&field) && !found.is_empty() && columns.len() > 1 {
            mapping.insert(field, found);
        }
    }
    mapping
}

/// Returns how likely a column of this name has a field; smaller numbers are more likely. `None` if
/// it does not have it.
fn rank(field: Field, fields: &[Field], column: &str) -> Option<usize> {
    let column = folded(column);
    let rank = field.names().iter().position(|name| *name == column)?;
    (!is_personal(field, fields, &column)).then_some(rank)
}

/// Returns whether a column has a personal address, if that is a separate field.
fn is_personal(field: Field, fields: &[Field], folded_name: &str) -> bool {
    field == Field::Email
        && fields.contains(&Field::PersonalEmail)
        && Field::PersonalEmail.names().contains(&folded_name)
}

/// Returns the values of a column in the sample.
struct Content<'a>(Vec<&'a str>);

impl<'a> Content<'a> {
    fn of(sample: &'a [Vec<String>], index: usize) -> Self {
        let values = sample.iter().filter_map(|cells| cells.get(index)).map(String::as_str);
        Self(values.filter(|value| !ContactQuery::is_blank(value)).collect())
    }

    /// Returns `true` if at least half of the values look like this field, and `false` if none
    /// does; `None` if that can't be determined.
    fn agrees(&self, field: Field) -> Option<bool> {
        if self.0.is_empty() {
            return None;
        }
        let fits = self.0.iter().map(|value| field.fits(value)).collect::<Option<Vec<bool>>>()?;
        let fitting = fits.iter().filter(|fits| **fits).count();
        match fitting {
            // The last part of a profile's URL is a plain word, which is no evidence.
            0 if field == Field::Linkedin && self.0.iter().all(|value| is_word(value)) => None,
            0 => Some(false),
            _ if fitting * 2 >= fits.len() => Some(true),
            _ => None,
        }
    }
}

fn is_word(value: &str) -> bool {
    let value = value.trim();
    value.len() > 3 && value.contains('-') && !value.contains([' ', '.', '/', '@'])
}
