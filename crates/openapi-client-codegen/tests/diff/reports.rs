//! Reports: the listed changes, their locations, and the formats.

use openapi_review::diff;
use serde_json::Value;

use crate::{SHOP, compared, edited, verdict};

#[test]
fn a_renamed_schema_changes_the_client_but_not_the_api() {
    let new = SHOP.replace("schemas/Tag", "schemas/Label").replace("    Tag:", "    Label:");
    let report = compared(SHOP, &new);
    let messages: Vec<&str> = report.api.iter().map(|change| change.message.as_str()).collect();
    assert_eq!(messages, ["schema `Tag` is now called `Label`"]);
    assert_eq!(verdict(&report), "docs only");
    let messages: Vec<&str> =
        report.client.changes.iter().map(|change| change.message.as_str()).collect();
    assert_eq!(messages, ["`Tag` is now called `Label`"]);
}

#[test]
fn a_shared_schema_is_listed_once_with_all_of_its_operations() {
    let new = edited(SHOP, "    Pet:", "        weight:\n          type: number\n", "");
    let report = compared(SHOP, &new);
    assert_eq!(report.api.len(), 1);
    let operations: Vec<&str> = report.api[0].operations.iter().map(String::as_str).collect();
    assert_eq!(operations, ["GET /pets", "GET /pets/{id}", "POST /pets"]);
    let place = report.api[0].place.as_ref().unwrap();
    let line = SHOP.lines().position(|line| line == "        weight:").unwrap() + 1;
    assert_eq!((report.api[0].side, place.line), (diff::Side::Old, line));
}

/// Returns a document with ten typical edits of a vendor.
fn ten_edits() -> String {
    let mut text = SHOP.to_owned();
    for (anchor, from, to) in [
        (
            "  /keys:",
            "  /keys:\n",
            "  /shops:\n    get:\n      operationId: listShops\n      responses:\n        \"204\":\n          description: x\n  /keys:\n",
        ),
        ("    Pet:", "        weight:", "        color:\n          type: string\n        weight:"),
        ("    State:", "[free, sold]", "[free, sold, lost]"),
        ("        weight:", "type: number", "type: [number, \"null\"]"),
        ("    Pet:", "        age:\n          type: integer\n          format: int32\n", ""),
        ("name: sort", "in: query", "in: query\n          required: true"),
        ("        born:", "format: date-time", "format: date"),
        (
            "  /pets/{id}:",
            "\"404\":",
            "\"403\":\n          $ref: \"#/components/responses/Failed\"\n        \"404\":",
        ),
        ("        nick:", "type: [string, \"null\"]", "type: string\n          nullable: true"),
    ] {
        text = edited(&text, anchor, from, to);
    }
    text.replace("schemas/Cage", "schemas/Box").replace("    Cage:", "    Box:")
}

/// Formats JSON with one line per change, so that a reviewer sees the differences. The list is
/// replaced by the number of changes.
fn one_line_per_change(report: &Value) -> String {
    let mut lines = Vec::new();
    for (name, part) in report.as_object().unwrap() {
        let mut part = part.clone();
        let changes = part.get("changes").and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(count) = part.get_mut("changes") {
            *count = changes.len().into();
        }
        lines.push(format!("{name}: {part}"));
        lines.extend(changes.iter().map(|change| format!("  {change}")));
    }
    lines.join("\n")
}

#[test]
fn ten_edits_in_all_formats() {
    let report = compared(SHOP, &ten_edits());
    insta::assert_snapshot!("ten_edits_text", diff::text(&report, "0.1.0"));
    insta::assert_snapshot!("ten_edits_markdown", diff::markdown(&report, "0.1.0"));
    let json = serde_json::to_value(diff::json(&report, "0.1.0")).unwrap();
    insta::assert_snapshot!("ten_edits_json", one_line_per_change(&json));
}
