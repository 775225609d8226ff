//! Parses a contact that is one word: a LinkedIn profile or an e-mail address.

use waterfall::ContactQuery;

use crate::query_spec::spec::QuerySpec;

const NAME: &str = "; pass a name as {\"full_name\": \"Jane Doe\", \"domain\": \"acme.com\"}";

/// Parses a word. The error does not repeat the text.
pub(super) fn parse(text: &str) -> Result<QuerySpec, String> {
    let named = Some(text.to_owned());
    let is_url = text.contains("://") || text.to_ascii_lowercase().contains("linkedin.com/");
    if !is_url && is_row(text) {
        return Err(ROW.to_owned());
    }
    if is_address(text) && !is_url {
        return Ok(QuerySpec { email: named, ..QuerySpec::default() });
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
    Ok(QuerySpec { linkedin: named, ..QuerySpec::default() })
}

fn is_address(text: &str) -> bool {
    let text = text.trim_start_matches(['"', '\'', '<', '(', '[', ' ']);
    let is_handle = text.strip_prefix('@').is_some_and(|rest| !rest.contains('@'));
    text.contains('@') && !is_handle || text.to_ascii_lowercase().starts_with("mailto:")
}

/// Returns whether the text has several cells, like a line of a table.
fn is_row(text: &str) -> bool {
    let is_cell = |cell: &&str| cell.chars().any(char::is_alphanumeric);
    let has_cells = |apart: char| text.split(apart).filter(is_cell).count() > 1;
    // A list of addresses or `Doe, Jane <jane@acme.com>` is checked by the client.
    [',', ';', '\t', '|'].into_iter().any(has_cells)
        && text.matches('@').count() < 2
        && !text.contains('<')
}

/// Returns whether the text is a single capitalized word of letters, which is weak evidence of a
/// profile. Profiles are displayed in lower case, so such a word is more likely a name, a place or
/// a heading.
fn is_title(text: &str) -> bool {
    text.chars().all(char::is_alphabetic)
        && text.chars().any(char::is_uppercase)
        && ContactQuery::linkedin(text).validate().is_ok()
}

const BLANK: &str = "the contact has no value; pass a LinkedIn profile or an e-mail address";

const ROW: &str = "the contact is a row of several values; pass one contact per line, or a JSON object such as \
                   {\"email\": \"jane.doe@acme.com\", \"first_name\": \"Jane\"}";

const TITLE: &str = "the contact is a single word with a capital, which is ambiguous; pass a profile as \
                     linkedin.com/in/SLUG or as {\"linkedin\": \"SLUG\"}";
