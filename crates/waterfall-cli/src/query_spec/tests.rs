use waterfall::ContactQuery;

use super::{QuerySpec, parse};

fn query(text: &str) -> ContactQuery {
    parse(text).unwrap().contact().normalized().unwrap()
}

fn problem(text: &str) -> String {
    match parse(text) {
        Ok(spec) => spec.contact().validate().unwrap_err().messages().join("; "),
        Err(problem) => problem,
    }
}

#[test]
fn words_and_objects() {
    let rows = [
        ("jane-doe-abc123", ContactQuery::linkedin("jane-doe-abc123")),
        ("janedoe", ContactQuery::linkedin("janedoe")),
        ("@jane-doe", ContactQuery::linkedin("jane-doe")),
        (" jane@acme.com\r", ContactQuery::email("jane@acme.com")),
        ("mailto:jane@acme.com?subject=x", ContactQuery::email("jane@acme.com")),
        ("\"Doe, Jane\" <jane@acme.com>,", ContactQuery::email("jane@acme.com")),
        ("https://www.linkedin.com/in/jane-doe/?x=a@b", ContactQuery::linkedin("jane-doe")),
        ("linkedin.com/in/jane,", ContactQuery::linkedin("jane")),
        ("LinkedIn.com/in/Jane", ContactQuery::linkedin("jane")),
        (
            r#"{"full_name":"Jane Doe","domain":"acme.com","email":null}"#,
            ContactQuery::full_name("Jane Doe", "acme.com"),
        ),
        (
            r#"{"linkedin":"Jane","include_phones":false}"#,
            ContactQuery::linkedin("jane").include_phones(false),
        ),
        (r#"{"linkedin":"jane","email":"j@acme.com","id":17}"#, ContactQuery::email("j@acme.com")),
        (r#"{"linkedin":"","email":"j@acme.com"}"#, ContactQuery::email("j@acme.com")),
        (r#"{"email":"j@acme.com","domain":"acme.com"}"#, ContactQuery::email("j@acme.com")),
    ];
    for (text, expected) in rows {
        assert_eq!(query(text), expected, "{text}");
    }
}

#[test]
fn columns_are_understood_by_their_names() {
    let rows = [
        (r#"{"Email":"j@acme.com"}"#, ContactQuery::email("j@acme.com")),
        (r#"{"E-mail Address":"j@acme.com"}"#, ContactQuery::email("j@acme.com")),
        (
            r#"{"Personal Email":"b@acme.com","Work Email":"a@acme.com"}"#,
            ContactQuery::email("a@acme.com"),
        ),
        (r#"{"Email":"b@acme.com","email":"a@acme.com"}"#, ContactQuery::email("a@acme.com")),
        (r##"{"Email":"b@acme.com","email":"#N/A"}"##, ContactQuery::email("b@acme.com")),
        (r#"{"linkedin_url":"https://www.linkedin.com/in/jane"}"#, ContactQuery::linkedin("jane")),
        (r#"{"Person Linkedin Url":"linkedin.com/in/jane"}"#, ContactQuery::linkedin("jane")),
        (
            r#"{"person linkedin url":"jane","Company Linkedin Url":"x"}"#,
            ContactQuery::linkedin("jane"),
        ),
        (r#"{"LinkedIn URL":"jane","URL":"https://acme.com"}"#, ContactQuery::linkedin("jane")),
        (r#"{"URL":"https://www.linkedin.com/in/jane"}"#, ContactQuery::linkedin("jane")),
        (
            r#"{"First Name":"Jane","Last Name":"Doe","Website":"http://www.acme.com"}"#,
            ContactQuery::first_and_last_name("Jane", "Doe", "acme.com"),
        ),
        (
            r#"{"First Name":"Nan","Last Name":"Doe","Company Domain":"acme.com"}"#,
            ContactQuery::first_and_last_name("Nan", "Doe", "acme.com"),
        ),
        (
            r#"{"Name":"Jane Doe","company_domain":"acme.com","name":null}"#,
            ContactQuery::full_name("Jane Doe", "acme.com"),
        ),
        (
            r#"{"name":{"first":"x"},"emails":[1],"url":5,"LinkedIn":"jane"}"#,
            ContactQuery::linkedin("jane"),
        ),
        (
            r#"{"email":"j@acme.com","Include Phones":"TRUE","webhook_url":"","custom_fields":null}"#,
            ContactQuery::email("j@acme.com").include_phones(true),
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(query(text), expected, "{text}");
    }
    let echo = r#"{"linkedin_url":"https://www.linkedin.com/in/jane","first_name":null,
        "last_name":null,"full_name":null,"domain":null,"email":null,"webhook_url":null,
        "custom_fields":null,"job_id":"7d44db58-5de3-4e92-a2fb-8325d12c2e8b","context_id":"x"}"#;
    assert_eq!(query(echo), ContactQuery::linkedin("jane"));
}

#[test]
fn texts_that_are_not_a_query_are_rejected() {
    let rows = [
        ("Jane Doe", "is more than one word; give a profile"),
        ("Jane Doe", "pass a name as {\"full_name\""),
        ("Berlin", "is a single word with a capital"),
        ("Email", "is the name of a column"),
        ("LinkedIn URL", "is the name of a column"),
        ("contacts.csv", "is the name of a file (.csv)"),
        ("Log:", "ends like a sentence or a heading"),
        ("Remark:", "ends like a sentence or a heading"),
        ("thanks!", "ends like a sentence or a heading"),
        ("null", "the contact has no value"),
        ("N/A", "the contact has no value"),
        ("+49 30 1234", "is a number"),
        ("jane@acme.com,Jane,Doe", "is a row of several values"),
        ("Jane;Doe;acme.com", "is a row of several values"),
        ("a@acme.com, b@acme.com", "more than one address"),
        ("ja\0ne", "control character"),
        ("", "the contact has no value"),
        ("{", "begins JSON"),
        ("{\"email\":", "not a JSON object: EOF"),
        ("[{\"email\":\"a@acme.com\"}]", "is a JSON array; pass it on stdin"),
        (r#"{"mail2":"a@acme.com"}"#, "no member identifies a person (members: mail2)"),
        ("{}", "no member identifies a person (members: none)"),
        (r#"{"email":7}"#, "email is a number; pass a string"),
        (r#"{"email":"a@acme.com","include_phones":"maybe"}"#, "include_phones is a string"),
        (r#"{"email":"a@acme.com","custom_fields":[1]}"#, "custom_fields is an array"),
        (r#"{"email":"a@acme.com","custom_fields":{"a":[1]}}"#, "custom_fields.a is an array"),
        (r#"{"first_name":"Jane","domain":"acme.com"}"#, "last_name is missing"),
        (r#"{"full_name":"Jane Doe"}"#, "domain is missing"),
        (r#"{"domain":"acme.com"}"#, "full_name is empty"),
    ];
    for (text, expected) in rows {
        let problem = problem(text);
        assert!(problem.contains(expected), "{text}: {problem}");
    }
}

#[test]
fn its_own_members_go_first() {
    let options = QuerySpec {
        include_phones: Some(true),
        webhook_url: Some("https://a.example".to_owned()),
        ..QuerySpec::default()
    };
    let own = parse(r#"{"linkedin":"jane","include_phones":false,"webhook_url":"-"}"#);
    let both = own.unwrap().or(&options).contact();
    both.validate().unwrap();
    let expected =
        ContactQuery::linkedin("jane").include_phones(false).webhook_url("https://a.example");
    assert_eq!(both, expected);
}

proptest::proptest! {
    /// Any input is either a valid query or has a problem.
    #[test]
    fn any_text_is_a_query_or_a_problem(text in "\\PC{0,40}|[{}\\[\\]\",:@./a-zA-Z0-9 \0\u{200b}-]{0,40}") {
        let problems = match parse(&text).map(|spec| spec.contact().normalized()) {
            Ok(Ok(query)) => {
                proptest::prop_assert!(query.normalized().is_ok());
                return Ok(());
            }
            Ok(Err(error)) => error.messages().join("; "),
            Err(problem) => problem,
        };
        assert!(!problems.is_empty() && !problems.contains('\0'), "{problems}");
    }
}
