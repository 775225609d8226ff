//! A contact that is one text: a LinkedIn profile or an e-mail address.

use waterfall::ContactQuery;

use super::Wish;

const NAME: &str = "; give a name as {\"full_name\": \"Jane Doe\", \"domain\": \"acme.com\"}";

/// The error is what is wrong with the text, without the text.
pub(super) fn wish(text: &str) -> Result<Wish, String> {
    let named = Some(text.to_owned());
    let is_url = text.contains("://") || text.to_ascii_lowercase().contains("linkedin.com/");
    if !is_url && is_row(text) {
        return Err(ROW.to_owned());
    }
    if is_address(text) && !is_url {
        return Ok(Wish { email: named, ..Wish::default() });
    }
    if ContactQuery::is_blank(text) {
        return Err(BLANK.to_owned());
    }
    if is_title(text) {
        return Err(TITLE.to_owned());
    }
    let is_of_words = |c: char| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'');
    if text.contains(' ') && text.chars().all(is_of_words) {
        let problem = ContactQuery::linkedin(text).validate().err();
        let problems = problem.map(|error| error.messages().join("; ")).unwrap_or_default();
        if !problems.is_empty() {
            return Err(format!("{problems}{NAME}"));
        }
    }
    Ok(Wish { linkedin: named, ..Wish::default() })
}

fn is_address(text: &str) -> bool {
    let text = text.trim_start_matches(['"', '\'', '<', '(', '[', ' ']);
    let is_handle = text.strip_prefix('@').is_some_and(|rest| !rest.contains('@'));
    text.contains('@') && !is_handle || text.to_ascii_lowercase().starts_with("mailto:")
}

/// Several cells, as a line of a table has them.
fn is_row(text: &str) -> bool {
    let is_cell = |cell: &&str| cell.chars().any(char::is_alphanumeric);
    let has_cells = |apart: char| text.split(apart).filter(is_cell).count() > 1;
    // A list of addresses or `Doe, Jane <jane@acme.com>` is the client's to judge.
    [',', ';', '\t', '|'].into_iter().any(has_cells)
        && text.matches('@').count() < 2
        && !text.contains('<')
}

/// A single word of letters is weak evidence of a profile. Profiles are shown in small
/// letters, so one with a capital is more likely a name, a place or a heading.
fn is_title(text: &str) -> bool {
    text.chars().all(char::is_alphabetic)
        && text.chars().any(char::is_uppercase)
        && ContactQuery::linkedin(text).validate().is_ok()
}

const BLANK: &str = "the contact has no value; give a LinkedIn profile or an e-mail address";

const ROW: &str = "the contact is a row of several values; give one contact a line, or a JSON object such as \
                   {\"email\": \"jane.doe@acme.com\", \"first_name\": \"Jane\"}";

const TITLE: &str = "the contact is a single word with a capital, which may be anything; give a profile as \
                     linkedin.com/in/SLUG or as {\"linkedin\": \"SLUG\"}";
