//! Tests `generate --spec` on other documents than ours.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

const DOCUMENT: &str = "openapi: 3.1.0
info: {title: Pets, version: '1'}
paths:
  /pets:
    get:
      operationId: listPets
      tags: [pets]
      responses: {'200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
  '/owners/{id':
    post:
      requestBody: {required: true, content: {multipart/form-data: {}}}
      responses: {'204': {description: x}}
components:
  schemas:
    Pet: {type: object, properties: {name: {type: [string, 'null']}}}
    Owner: {type: object, properties: {name: {type: string}}}
";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        fs::write(self.0.join(name), text).unwrap();
        self
    }

    /// Returns the exit code, the client, and the messages.
    fn generate(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .current_dir(&self.0)
            .args(["generate", "--spec", "api.yaml"])
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }
}

#[test]
fn operations_come_out_or_are_listed_with_the_reason() {
    let folder = Folder::new("any");
    let (code, client, messages) = folder.write("api.yaml", DOCUMENT).generate(&["--report"]);
    assert_eq!(code, Some(0), "{messages}");
    assert!(client.contains("pub async fn list_pets") && client.contains("pub struct Owner"));
    assert!(
        messages.contains("api.yaml:10: dropped: operation-path: POST /owners/{id: "),
        "{messages}"
    );
    assert!(messages.ends_with("1 of 2 operations; 0 rewrites lossless, 0 lossy\n"), "{messages}");
    let (again, same, _) = folder.generate(&[]);
    assert_eq!((again, same), (Some(0), client));
}

#[test]
fn strict_refuses_what_would_be_lost() {
    let folder = Folder::new("strict");
    let (code, client, messages) = folder.write("api.yaml", DOCUMENT).generate(&["--strict"]);
    assert_eq!((code, client.as_str()), (Some(2), ""));
    assert!(messages.contains("POST /owners/{id would be dropped"), "{messages}");
    let (code, ..) = folder.generate(&["--strict", "--only", "pets"]);
    assert_eq!(code, Some(0));
}

#[test]
fn a_selection_keeps_only_what_it_needs() {
    let folder = Folder::new("only");
    folder.write("api.yaml", DOCUMENT);
    for wanted in ["listPets", "pets", "/pets"] {
        let (code, client, messages) = folder.generate(&["--only", wanted]);
        assert_eq!(code, Some(0), "{messages}");
        assert!(client.contains("pub struct Pet") && !client.contains("pub struct Owner"));
        assert!(messages.starts_with("1 of 1 operations"), "{messages}");
    }
    let (code, _, messages) = folder.generate(&["--only", "cats"]);
    assert_eq!(code, Some(2));
    assert!(messages.contains("no operation matches cats"), "{messages}");
}

#[test]
fn files_are_bundled_or_named() {
    let folder = Folder::new("files");
    let several = DOCUMENT.replace("'#/components/schemas/Pet'", "'pets.yaml#/Pet'");
    let (code, _, messages) = folder.write("api.yaml", &several).generate(&[]);
    assert_eq!(code, Some(2));
    assert!(messages.contains("missing files: pets.yaml"), "{messages}");
    folder.write("pets.yaml", "Pet: {type: object, properties: {next: {$ref: '#/Pet'}}}");
    let (code, client, messages) = folder.generate(&[]);
    assert_eq!(code, Some(0), "{messages}");
    assert!(client.contains("::std::boxed::Box<"), "{client}");
}

#[test]
fn swagger_is_refused_by_name() {
    let folder = Folder::new("swagger");
    let (code, _, messages) = folder.write("api.yaml", "swagger: '2.0'\npaths: {}").generate(&[]);
    assert_eq!(code, Some(2));
    assert!(messages.starts_with("error: Swagger 2.0 is not supported"), "{messages}");
    assert!(messages.contains("--> api.yaml:1:1"), "{messages}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_operation_that_takes_too_much_memory_is_named() {
    let folder = Folder::new("memory");
    let values: Vec<String> = (0..16_000).map(|n| format!("v{n}")).collect();
    let mut text = String::from("openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n");
    for n in 0..5 {
        let schema = if n == 3 { "{$ref: '#/components/schemas/Big'}" } else { "{type: string}" };
        text += &format!(
            "  /p{n}:\n    get: {{responses: {{'200': {{description: x, content: \
             {{application/json: {{schema: {schema}}}}}}}}}}}\n"
        );
    }
    text += &format!("components: {{schemas: {{Big: {{enum: [{}]}}}}}}\n", values.join(", "));
    folder.write("api.yaml", &text);
    // Enough for everything but the one operation, and little enough to be quick.
    let script = "ulimit -v 90000; exec \"$0\" generate --spec api.yaml --out client.rs";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_xtask")])
        .current_dir(&folder.0)
        .output()
        .unwrap();
    let messages = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{messages}");
    assert!(messages.contains("of memory; this operation alone causes it"), "{messages}");
    assert!(messages.contains("at: /paths/~1p3/get"), "{messages}");
    assert!(!folder.0.join("client.rs").exists());
}

#[test]
fn overlays_of_others_need_no_descriptions_and_may_match_nothing() {
    let folder = Folder::new("any-overlay");
    folder.write("api.yaml", DOCUMENT).write(
        "overlay.yaml",
        "overlay: 1.1.0\ninfo: {title: T, version: '1'}\nactions:\n  \
         - {target: $.components.schemas, update: {Cat: {}}}\n  \
         - {target: $.components.schemas.Cat, copy: $.components.schemas.Pet}\n  \
         - {target: $.components.schemas.Cat.properties, update: {toes: {type: integer}}}\n  \
         - {target: '$.tags[?@ == 1]', remove: true}\n",
    );
    let (code, client, messages) = folder.generate(&["--overlay", "overlay.yaml"]);
    assert_eq!(code, Some(0), "{messages}");
    let cat = client.split("pub struct Cat").nth(1).unwrap_or_default();
    assert!(cat.contains("pub name: ") && cat.contains("pub toes: "), "{cat}");
    assert!(messages.contains("warning: `$.tags[?@ == 1]` matches nothing"), "{messages}");
}
