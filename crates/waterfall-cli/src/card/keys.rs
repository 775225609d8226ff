//! Formats API keys as a table.

use waterfall::ManagedKey;

use crate::card::layout::Card;
use crate::style::Styles;
use crate::terminal_text::clean;

/// Formats keys, one per line: masked, or complete with `show`.
pub(crate) fn of_keys(keys: &[ManagedKey], show: bool, styles: Styles) -> String {
    let mut card = Card::new(styles);
    for key in keys {
        let shown = if show { clean(key.key().expose()) } else { key.key().to_string() };
        let state = match key.active() {
            Some(true) => "active",
            Some(false) => "off",
            None => "unknown",
        };
        let limit = match (key.per_interval(), key.interval_seconds().unwrap_or(60)) {
            (Some(limit), 60) => format!("{limit}/min"),
            (Some(limit), seconds) => format!("{limit}/{seconds} s"),
            (None, _) => String::new(),
        };
        let master = if key.is_master() { "master key" } else { "" };
        let notes = key.notes().unwrap_or_default();
        let last = [master, notes].into_iter().filter(|text| !text.is_empty());
        let last = clean(&last.collect::<Vec<_>>().join(", "));
        card.line(format!("{shown}  {state:<7}  {limit:>9}  {last}").trim_end());
    }
    card.into_text()
}
