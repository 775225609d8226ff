use proptest::prelude::*;

use super::*;

fn printed(text: &str) -> String {
    text.parse::<TitleFilter>().unwrap().to_string()
}

#[test]
fn what_is_printed_needs_no_precedence() {
    for (text, expected) in [
        ("CFO", "CFO"),
        ("  VP   Finance ", "VP Finance"),
        ("CFO OR Founder", "CFO OR Founder"),
        ("CFO OR(Founder)", "CFO OR Founder"),
        ("A OR B OR C", "A OR B OR C"),
        ("(A OR B) OR (C)", "A OR B OR C"),
        ("A AND B OR C", "(A AND B) OR C"),
        ("A OR B AND C", "A OR (B AND C)"),
        ("(CEO OR Founder) AND NOT Assistant", "(CEO OR Founder) AND (NOT Assistant)"),
        ("NOT A AND B", "(NOT A) AND B"),
        ("NOT (A AND B)", "NOT (A AND B)"),
        ("NOT NOT A", "NOT (NOT A)"),
        ("\"VP Finance\" OR “CFO”", "VP Finance OR CFO"),
        ("\"R AND D\" OR CTO", "\"R AND D\" OR CTO"),
        ("\"Head (EMEA)\"", "\"Head (EMEA)\""),
        ("sales and marketing", "sales and marketing"),
        ("ANDROID OR NOTARY", "ANDROID OR NOTARY"),
        ("C++/C# Developer", "C++/C# Developer"),
    ] {
        assert_eq!(printed(text), expected, "{text}");
        assert_eq!(printed(expected), expected, "{text}");
    }
}

#[test]
fn a_malformed_text_is_rejected_with_its_position() {
    use ErrorCode::*;
    use waterfall_api::types::ErrorCode;

    let missing = ValidationBadTitleFilterMissingStringOrNotOrLeftParenthesis;
    for (text, code, position, column) in [
        ("", ValidationBadTitleFilterMissingString, 0, 1),
        (" \u{200b} ", ValidationBadTitleFilterMissingString, 0, 1),
        ("CFO OR", missing.clone(), 6, 7),
        ("CFO OR  ", missing.clone(), 6, 7),
        ("AND CFO", missing.clone(), 0, 1),
        ("CFO AND OR CEO", missing.clone(), 8, 9),
        ("()", missing.clone(), 1, 2),
        ("(CFO OR )", missing, 8, 9),
        ("CFO AND NOT", ValidationBadTitleFilterMissingString, 11, 12),
        ("NOT AND CFO", ValidationBadTitleFilterMissingString, 4, 5),
        ("\"\" OR CFO", ValidationBadTitleFilterMissingString, 0, 1),
        ("CFO)", ValidationBadTitleFilterExtraRightParenthesis, 3, 4),
        ("(CFO)) OR CEO", ValidationBadTitleFilterExtraRightParenthesis, 5, 6),
        ("(CFO", ValidationBadTitleFilterMissingRightParenthesis, 0, 1),
        ("é OR ((CFO)", ValidationBadTitleFilterMissingRightParenthesis, 6, 6),
        ("CFO (CEO)", ValidationBadTitleFilterExtraLeftParenthesis, 4, 5),
        ("(CFO) (CEO)", ValidationBadTitleFilterExtraLeftParenthesis, 6, 7),
        ("((CFO) CEO)", ValidationBadTitleFilterExtraString, 7, 8),
        ("(CFO) CEO", ValidationBadTitleFilterExtraString, 6, 7),
        ("CFO \"CEO\"", ValidationBadTitleFilterExtraString, 4, 5),
        ("CFO NOT Assistant", ValidationBadTitleFilter, 4, 5),
        ("CFO OR \"CEO", ValidationBadTitleFilter, 7, 8),
        ("CF\0O", ValidationBadTitleFilter, 0, 1),
    ] {
        let error = text.parse::<TitleFilter>().unwrap_err();
        assert_eq!(
            (error.code(), error.position(), error.column()),
            (code, position, column),
            "{text}"
        );
        assert!(error.to_string().starts_with(&format!("column {column}: ")), "{error}");
    }
    let deep = format!("{}CFO{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(deep.parse::<TitleFilter>().unwrap_err().code(), ValidationBadTitleFilter);
}

#[test]
fn a_built_filter_that_cannot_be_sent_is_invalid() {
    for filter in [
        TitleFilter::term(" "),
        TitleFilter::term("CFO").or(""),
        TitleFilter::term("the \"CFO\""),
        TitleFilter::term("CFO\" OR \"CEO"),
        TitleFilter::any(Vec::<&str>::new()),
    ] {
        assert!(filter.validate().is_err(), "{filter}");
    }
    assert!(TitleFilter::term("CFO").and("R AND D").validate().is_ok());
}

#[test]
fn words_like_operators_are_found() {
    let filter: TitleFilter = "CFO or Founder AND NOT sales and marketing".parse().unwrap();
    assert_eq!(filter.words_like_operators(), ["and", "or"]);
    assert!("ORACLE OR andy".parse::<TitleFilter>().unwrap().words_like_operators().is_empty());
}

/// Filters as the parser produces them: terms that can be sent, and flat operators.
fn filters() -> impl Strategy<Value = TitleFilter> {
    let word = prop_oneof![
        "[A-Za-z0-9&/+#é-]{1,8}",
        Just("AND".to_owned()),
        Just("NOT".to_owned()),
        Just("(EMEA)".to_owned()),
    ];
    let term =
        prop::collection::vec(word, 1..4).prop_map(|words| TitleFilter::term(words.join(" ")));
    term.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(TitleFilter::not),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| one.and(other)),
            (inner.clone(), inner).prop_map(|(one, other)| one.or(other)),
        ]
    })
}

/// Returns whether a title with exactly these terms matches.
fn matches(node: &Node, is_true: &impl Fn(&str) -> bool) -> bool {
    match node {
        Node::Term(term) => is_true(term),
        Node::Not(operand) => !matches(operand, is_true),
        Node::And(operands) => operands.iter().all(|operand| matches(operand, is_true)),
        Node::Or(operands) => operands.iter().any(|operand| matches(operand, is_true)),
    }
}

proptest! {
    #[test]
    fn printing_and_parsing_are_inverse(filter in filters()) {
        let text = filter.to_string();
        prop_assert_eq!(text.parse::<TitleFilter>(), Ok(filter.clone()), "{}", text);
        let json = serde_json::to_string(&filter).unwrap();
        prop_assert_eq!(serde_json::from_str::<TitleFilter>(&json).unwrap(), filter);
    }

    /// Between a pair of parentheses, there is only one operator, so precedence does not matter.
    #[test]
    fn no_group_mixes_operators(filter in filters()) {
        let mut groups = vec![Vec::new()];
        let text = filter.to_string();
        for (index, part) in text.split('"').enumerate() {
            if index % 2 == 1 { continue } // a quoted term
            for token in part.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
                match token {
                    "(" => groups.push(Vec::new()),
                    ")" => {
                        let group = groups.pop().unwrap();
                        prop_assert!(group.windows(2).all(|two: &[String]| two[0] == two[1]), "{}", text);
                    }
                    "AND" | "OR" | "NOT" => groups.last_mut().unwrap().push(token.to_owned()),
                    _ => {}
                }
            }
        }
        let group = groups.pop().unwrap();
        prop_assert!(group.windows(2).all(|two| two[0] == two[1]), "{}", text);
    }

    #[test]
    fn any_text_is_parsed_or_rejected_at_a_boundary(text in "[ A-C()\"é]{0,20}|.{0,40}") {
        match text.parse::<TitleFilter>() {
            Ok(filter) => {
                let again: TitleFilter = filter.to_string().parse().unwrap();
                for truth in 0..4_usize {
                    let is_true = |term: &str| (term.len() + truth).is_multiple_of(2);
                    prop_assert_eq!(matches(&filter.0, &is_true), matches(&again.0, &is_true));
                }
            }
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.position()));
                prop_assert!(error.column() <= text.chars().count() + 1);
            }
        }
    }
}
