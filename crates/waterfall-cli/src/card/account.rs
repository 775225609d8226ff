//! The card of an account report.

use std::collections::BTreeMap;

use waterfall::AccountReport;

use crate::card::layout::Card;
use crate::style::Styles;
use crate::terminal_text::{clean, count, money, width};

pub(crate) fn of_account(report: &AccountReport, styles: Styles) -> String {
    let mut card = Card::new(styles);
    let usage = report.account_usage().or(report.key_usage());
    let day = |field: Option<&String>| field.map(|day| clean(day)).unwrap_or_default();
    let [start, end] = [usage.map(|it| &it.start_date), usage.map(|it| &it.end_date)]
        .map(|field| day(field.and_then(|field| field.as_ref())));
    match (start.as_str(), end.as_str()) {
        ("", _) | (_, "") => card.title("Account"),
        _ => card.title(&format!("Account, {start} to {end}")),
    }
    card.gap();
    let balance = report.balance_remaining().map(|left| money(left.to_f64()));
    card.row("Balance", &balance.unwrap_or_else(|| "not reported".to_owned()));
    card.add_counters(report);
    let prices: Vec<_> =
        report.prices().map(|(name, price)| (name, money(price.to_f64()))).collect();
    if !prices.is_empty() {
        card.gap();
        card.add_table(&prices.into_iter().map(|(name, price)| [name, price]).collect::<Vec<_>>());
    }
    card.into_text()
}

impl Card {
    /// Returns the nonzero counters of the key and of the account.
    fn add_counters(&mut self, report: &AccountReport) {
        let mut counters: BTreeMap<String, [i64; 2]> = BTreeMap::new();
        for (name, count) in report.key_counters() {
            counters.entry(name).or_default()[0] = count;
        }
        for (name, count) in report.account_counters() {
            counters.entry(name).or_default()[1] = count;
        }
        let all = counters.len();
        counters.retain(|_, counts| *counts != [0, 0]);
        self.gap();
        if !counters.is_empty() {
            let head = [String::new(), "this key".to_owned(), "account".to_owned()];
            let rows = counters
                .iter()
                .map(|(name, [key, account])| [name.clone(), key.to_string(), account.to_string()]);
            self.add_table(&[head].into_iter().chain(rows).collect::<Vec<_>>());
        }
        match all - counters.len() {
            0 => {}
            zero if counters.is_empty() => self.line(&format!("  {} at 0", count(zero, "counter"))),
            zero => self.line(&format!("  {} at 0", count(zero, "more counter"))),
        }
    }

    /// Formats rows with a left-aligned first column and right-aligned other columns.
    pub(super) fn add_table<const N: usize>(&mut self, rows: &[[String; N]]) {
        let rows: Vec<[String; N]> =
            rows.iter().map(|row| std::array::from_fn(|at| clean(&row[at]))).collect();
        let widths: [usize; N] =
            std::array::from_fn(|at| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0));
        for row in &rows {
            let mut line = String::from(" ");
            for (at, cell) in row.iter().enumerate() {
                let pad = " ".repeat(widths[at] - width(cell));
                let cell = if at == 0 { format!(" {cell}{pad}") } else { format!("  {pad}{cell}") };
                line.push_str(&cell);
            }
            self.line(line.trim_end());
        }
    }
}
