//! `waterfall batch` with jobs of kinds other than contacts.

use serde_json::{Value, json};

use super::batch_file::{Place, column, rows, server};

const PAGE: &str = "https://www.linkedin.com/company/acme/about";

/// A kind: its name, an input and options; the requests; and the columns after the common ones.
type Case = (&'static str, String, &'static [&'static str], Vec<Value>, &'static str);

fn cases() -> Vec<Case> {
    vec![
        (
            "phone",
            "Name,Profile URL\nAda,https://www.linkedin.com/in/ada-zzroe-1\n".to_owned(),
            &[],
            vec![json!({"linkedin": "ada-zzroe-1"})],
            "first_name,last_name,mobile_phone,phone_numbers,linkedin_url",
        ),
        (
            "company",
            format!("Account;LinkedIn;Web\nAcme;{PAGE};\nZz;;www.ZZ.example/x\n"),
            &[],
            vec![json!({"linkedin": "acme"}), json!({"domain": "zz.example"})],
            "name;domain;industry;size;employees_count;country;linkedin_url",
        ),
        (
            "prospect",
            "acme.com\nzz.example\n".to_owned(),
            &["--title-filter", "CFO OR Founder", "--limit", "2"],
            ["acme.com", "zz.example"]
                .map(|it| json!({"domain": it, "title_filter": "CFO OR Founder", "limit": 2}))
                .to_vec(),
            "first_name,last_name,title,professional_email,linkedin_url",
        ),
        (
            "job-change",
            "Person,Work Email,Employer Domain\nAda Zzroe,,zz.example\n,bo@zz.example,\n"
                .to_owned(),
            &["--map", "full_name=Person"],
            vec![
                json!({"contact_full_name": "Ada Zzroe", "company_domain": "zz.example"}),
                json!({"professional_email": "bo@zz.example"}),
            ],
            "job_change_status,first_name,last_name,title,company_name,company_domain,professional_email,linkedin_url",
        ),
        (
            "reveal",
            "Visitor,IP\n7, 192.0.2.7\n".to_owned(),
            &[],
            vec![json!({"ip": "192.0.2.7"})],
            "organization,confidence_score,name,domain,industry,country",
        ),
        (
            "titles",
            "{\"domain\":\"acme.com\",\"custom_fields\":{\"crm\":\"7\"}}\n".to_owned(),
            &[],
            vec![json!({"domain": "acme.com", "custom_fields": {"crm": "7"}})],
            "titles",
        ),
    ]
}

#[test]
fn every_kind_is_planned_run_and_exported() {
    for (kind, input, options, requests, columns) in cases() {
        let (server, place) = (server(), Place::new("in.txt", &input));
        let of_kind = [&["--kind", kind], options].concat();
        let plan = place.run(&server, &[&["plan", "in.txt", "--json"], &of_kind[..]].concat());
        let planned: Vec<Value> =
            plan.objects().into_iter().map(|row| row["request"].clone()).collect();
        assert_eq!((&planned, plan.code), (&requests, Some(0)), "{kind}: {plan:?}");
        assert!(server.sandbox.requests().is_empty());

        let told =
            place.run(&server, &[&["run", "in.txt", "-o", "out.csv"], &of_kind[..]].concat());
        assert!(matches!(told.code, Some(0 | 1)), "{kind}: {told:?}");
        let sent: Vec<Value> = server
            .sandbox
            .launches()
            .into_iter()
            .map(|launch| {
                let mut body = launch.body;
                let fields = body["custom_fields"].as_object_mut().unwrap();
                assert!(fields.remove("waterfall_batch").is_some());
                if fields.is_empty() {
                    body.as_object_mut().unwrap().remove("custom_fields");
                }
                body
            })
            .collect();
        let mut expected = requests;
        let key = |body: &Value| body.to_string();
        let mut sent = sent;
        sent.sort_by_key(key);
        expected.sort_by_key(key);
        assert_eq!(sent, expected, "{kind}");
        let output = place.read("out.csv");
        assert!(output.lines().next().unwrap().ends_with(columns), "{kind}: {output}");
        let json = place.run(&server, &["export", "out.csv", "-o", "out.jsonl"]);
        assert_eq!(json.code, Some(0), "{json:?}");
        for line in place.read("out.jsonl").lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            assert!(["found", "not_found"].contains(&row["status"].as_str().unwrap()), "{row}");
            let id = row["job_id"].as_str().unwrap();
            assert_eq!(row["response"]["status"], "SUCCEEDED", "{id}: {row}");
        }

        let status = place.run(&server, &["status", "out.csv", "--json"]);
        let status: Value = serde_json::from_str(&status.stdout).unwrap();
        assert_eq!(status["kind"], kind);
        let other = if kind == "company" { "phone" } else { "company" };
        let before = server.sandbox.requests_total();
        let refused = place.run(&server, &["run", "in.txt", "-o", "out.csv", "--kind", other]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.stderr.contains(&format!("of the kind {kind}")), "{refused:?}");
        assert_eq!(server.sandbox.requests_total(), before);
        // Without --kind, the kind is that of the batch.
        let again = place.run(&server, &[&["run", "in.txt", "-o", "out.csv"], options].concat());
        assert_eq!((again.code, server.sandbox.requests_total()), (told.code, before), "{again:?}");
        let forgotten = place.run(&server, &["forget", "out.csv", "--yes"]);
        assert_eq!(forgotten.code, Some(0), "{forgotten:?}");
        assert!(!place.path("out.csv.journal").exists());
    }
}

#[test]
fn duplicates_and_problems_are_those_of_the_kind() {
    let input = "Company,Web\nAcme Corp,\nACME  corp,\nZz,not a domain\n,\nYy,yy.example\n";
    let (server, place) = (server(), Place::new("in.csv", input));
    let args = ["run", "in.csv", "-o", "out.csv", "--kind", "company"];
    let told = place.run(&server, &[&args[..], &["--fields", "domain,name"]].concat());
    assert_eq!(server.sandbox.launches_total(), 3, "{told:?}");
    let output = rows(&place.read("out.csv"));
    let status = column(&output, "status");
    assert_eq!((&*status[1], &*status[3]), ("duplicate", "blank"), "{status:?}");
    assert_eq!(output[0][6..], ["domain", "name"]);
    let retried = place.run(&server, &["retry", "--not-found", "--failed", "out.csv"]);
    assert_eq!(retried.code, Some(0), "{retried:?}");
    let doubts = place.run(&server, &["doubts", "out.csv"]);
    assert!(doubts.stderr.contains("no row is in doubt"), "{doubts:?}");
    let stopped = place.run(&server, &["stop", "out.csv"]);
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
}

#[test]
fn options_that_a_kind_lacks_are_rejected() {
    let (server, place) = (server(), Place::new("in.csv", "domain\nacme.com\n"));
    let rows: [(&[&str], &str); 6] = [
        (&["--kind", "company", "--include-phones"], "--include-phones has no effect"),
        (&["--kind", "phone", "--title-filter", "CFO"], "--title-filter has no effect"),
        (&["--kind", "company", "--map", "ip=domain"], "ip is not a field"),
        (&["--kind", "reveal"], "is not an IP address"),
        (&["--kind", "email-verification"], "invalid value"),
        (&["--kind", "company", "--fields", "title"], "title is not a field; the fields are"),
    ];
    for (args, expected) in rows {
        let told = place.run(&server, &[&["run", "in.csv", "-o", "out.csv"], args].concat());
        assert_eq!(told.code, Some(2), "{told:?}");
        assert!(told.stderr.contains(expected), "{expected}: {told:?}");
    }
    let told = place.run(&server, &["plan", "in.csv", "--kind", "prospect"]);
    assert!(told.stdout.contains("title_filter is missing"), "{told:?}");
    assert!(server.sandbox.requests().is_empty());
}
