//! A person as queries name them: the values that are given, the one way that is sent, and JSON.

pub(super) mod json;
mod named;
mod way;

pub(super) use self::named::Named;
pub(super) use self::way::{Order, Way};
use super::{email, name};

/// The person that a way names, independent of the notation.
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
