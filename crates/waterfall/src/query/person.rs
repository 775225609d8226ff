//! How queries name a person: the given values, the way that is sent, and JSON.

pub(super) mod json;
mod named;
pub(super) mod setters;
mod way;

pub(super) use self::named::Named;
pub(super) use self::way::{Order, Way};
use super::{email, name};
use crate::error::Error;

/// Returns the way to name the person that is sent, and the warnings. `problems` are those of the
/// other members of the query.
pub(super) fn checked(
    named: &Named,
    order: Order,
    problems: Vec<String>,
) -> Result<(Way, Vec<String>), Error> {
    match Way::of(named, order) {
        Ok(found) if problems.is_empty() => Ok(found),
        Ok(_) => Err(Error::invalid_query(problems)),
        Err(of_person) => Err(Error::invalid_query([of_person, problems].concat())),
    }
}

/// Returns the person that a way names, independent of the notation.
pub(super) fn identity(way: &Way) -> String {
    match way {
        Way::Email(address) => format!("email:{}", email::folded(address)),
        Way::Linkedin(slug) => format!("linkedin:{slug}"),
        Way::FullName { name, domain } => by_name(name, domain),
        Way::FirstAndLastName { first, last, domain } => {
            by_name(&format!("{first} {last}"), domain)
        }
    }
}

fn by_name(name: &str, domain: &str) -> String {
    format!("name:{}@{domain}", name::folded(name))
}
