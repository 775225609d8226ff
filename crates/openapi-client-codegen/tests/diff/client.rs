//! Changes of the generated client.

use crate::{SHOP, compared, edited};

#[test]
fn a_breaking_change_before_1_0_is_a_minor_step() {
    let new = edited(SHOP, "    Pet:", "        weight:\n          type: number\n", "");
    let report = compared(SHOP, &new);
    let steps = ["1.2.0", "0.1.0"].map(|version| report.client.step(version).as_str());
    assert_eq!(steps, ["major", "minor"]);
}

const JOBS: &str = r##"
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs:
    post:
      operationId: launchJob
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}}
      responses:
        "200":
          description: Launched.
          content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}
          links:
            find: {operationId: findJob, parameters: {id: $response.body#/id}}
    get:
      operationId: findJob
      parameters: [{name: id, in: query, required: true, schema: {type: string}}]
      responses: {"200": {description: The job., content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}}}
components:
  schemas:
    Job: {type: object, properties: {id: {type: string}, other: {type: string}}}
"##;

#[test]
fn adding_and_removing_a_link_adds_and_removes_a_job_kind() {
    let changes = |old: &str, new: &str| -> Vec<String> {
        let changes = compared(old, new).client.changes.into_iter();
        changes
            .map(|change| format!("{} {} {}", change.step, change.item, change.message))
            .collect()
    };
    let without = edited(JOBS, "links", "operationId: findJob", "operationId: launchJob");
    assert_eq!(changes(JOBS, &without), ["major jobs the job kind `Job` is gone"]);
    assert_eq!(changes(&without, JOBS), ["minor jobs the job kind `Job` is new"]);
    let number = edited(JOBS, "parameters: [", "type: string", "type: integer");
    let number = edited(&number, "Job: {", "type: string", "type: integer");
    let was = "was `launch_job, then find_job by String`";
    let expected =
        format!("major jobs the job kind `Job` is `launch_job, then find_job by i64`, {was}");
    assert!(changes(JOBS, &number).contains(&expected), "{:#?}", changes(JOBS, &number));
    // Renamed operations remain the same job kind.
    let renamed = JOBS.replace("launchJob", "startJob");
    let renamed = changes(JOBS, &renamed);
    assert!(!renamed.iter().any(|change| change.contains("job kind")), "{renamed:#?}");
    assert_eq!(changes(JOBS, JOBS), [""; 0]);
}

#[test]
fn a_limited_string_that_becomes_an_enum_is_one_change() {
    let new = edited(
        SHOP,
        "    NewPet:",
        "          minLength: 1\n          maxLength: 50",
        "          enum: [a, b]",
    );
    for (old, new) in [(SHOP, new.as_str()), (&new, SHOP)] {
        let changes = compared(old, new).client.changes;
        let changes: Vec<_> = changes.iter().map(|change| change.message.as_str()).collect();
        assert!(
            changes.len() == 1 && changes[0].contains("string of limited length"),
            "{changes:?}"
        );
    }
}

#[test]
fn named_values_of_integers_are_part_of_the_client() {
    const LEVELS: &str = r##"
openapi: 3.1.0
info: {title: Levels, version: '1'}
paths:
  /level:
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Set"}}}}
      responses: {"204": {description: Set.}}
components:
  schemas:
    Set: {type: object, required: [level], properties: {level: {$ref: "#/components/schemas/Level"}, step: {type: integer, enum: [1, 2]}}}
    Level: {type: integer, oneOf: [{const: 1, title: Low}, {const: 9, title: High}]}
"##;
    let more = edited(LEVELS, "step:", "[1, 2]", "[1, 2, 3]");
    assert_eq!(changes(LEVELS, &more), ["minor `Set::STEP_3` is new"]);
    assert_eq!(changes(&more, LEVELS), ["major `Set::STEP_3` is gone"]);
    let renamed = edited(LEVELS, "Level:", "title: High", "title: Top");
    let expected = ["major `Level::HIGH` is gone", "minor `Level::TOP` is new"];
    assert_eq!(changes(LEVELS, &renamed), expected);
    let other = edited(LEVELS, "Level:", "const: 9", "const: 8");
    assert!(changes(LEVELS, &other).contains(&"patch `Level::HIGH` is 8, was 9".to_owned()));
}

const LOGIN: &str = r##"
openapi: 3.1.0
info: {title: Login, version: '1'}
paths:
  /me:
    get:
      operationId: readMe
      security: [{login: [read]}]
      responses: {"204": {description: Read.}}
components:
  securitySchemes:
    login: {type: oauth2, flows: {clientCredentials: {tokenUrl: "https://token.example", scopes: {read: R}}}}
"##;

/// Returns the changes of a client as lines.
fn changes(old: &str, new: &str) -> Vec<String> {
    let changes = compared(old, new).client.changes.into_iter();
    changes.map(|change| format!("{} {}", change.step, change.message)).collect()
}

/// Returns the changes of a client for an edit and its reversal.
fn both(old: &str, new: &str) -> [Vec<String>; 2] {
    [changes(old, new), changes(new, old)]
}

#[test]
fn other_scopes_are_required_by_the_same_method() {
    let more = edited(LOGIN, "security", "[read]", "[read, write]");
    let (few, many) = ("`login (read)`", "`login (read, write)`");
    let [there, back] = both(LOGIN, &more);
    assert_eq!(there, [format!("patch `read_me` requires {many}, was {few}")]);
    assert_eq!(back, [format!("patch `read_me` requires {few}, was {many}")]);
    let open = edited(LOGIN, "security", "[{login: [read]}]", "[{login: [read]}, {}]");
    let [there, _] = both(LOGIN, &open);
    let expected = "patch `read_me` requires `login (read) or no credentials`, was `login (read)`";
    assert_eq!(there, [expected]);
}

#[test]
fn the_schemes_of_the_description_are_constants() {
    let scopes = edited(LOGIN, "flows", "{read: R}", "{read: R, write: W}");
    let [there, _] = both(LOGIN, &scopes);
    let way = "\"login\", bearer, clientCredentials tokenUrl https://token.example for read";
    let expected = format!("patch `security::LOGIN` is {way} write, was {way}");
    assert_eq!(there, [expected]);
    let renamed = LOGIN.replace("login:", "signIn:");
    let [there, _] = both(LOGIN, &renamed);
    assert_eq!(
        there,
        [
            "major `security::LOGIN` is gone",
            "minor `security::SIGN_IN` is new",
            "patch `read_me` requires `signIn (read)`, was `login (read)`",
        ]
    );
}

#[test]
fn an_error_in_another_media_type_is_another_request() {
    let new = edited(SHOP, "    Failed:", "application/json", "application/problem+json");
    let [there, back] = both(SHOP, &new);
    let (one, two) = ("`application/json`", "`application/json, application/problem+json`");
    let line = |is: &str, was: &str| format!("patch `get_pet` accepts {is}, was {was}");
    assert!(there.contains(&line(two, one)), "{there:#?}");
    assert!(back.contains(&line(one, two)), "{back:#?}");
}
