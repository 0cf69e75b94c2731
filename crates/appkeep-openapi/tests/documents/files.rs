//! Documents of several files.

use std::fs;
use std::path::Path;

use appkeep_openapi::{Document, DocumentError, Limits, ResponseValidator, diff, statics};
use tempfile::TempDir;

/// A library of books: references to whole files and to parts of them, in circles, back to the document, and in the
/// mapping of a discriminator.
const LIBRARY: [(&str, &str); 5] = [
    (
        "api/openapi.yaml",
        "openapi: 3.0.3
info: {title: Library, version: 1.0.0}
paths:
  /books: {$ref: paths/books.yaml}
  /books/{id}: {$ref: 'paths/books.yaml#/x-one'}
components:
  parameters:
    Limit: {name: limit, in: query, schema: {type: integer}}
  schemas:
    Error: {$ref: '../shared/errors.json#/definitions/Error'}
",
    ),
    (
        "api/paths/books.yaml",
        "get:
  operationId: book_list
  parameters:
  - {$ref: '../openapi.yaml#/components/parameters/Limit'}
  responses:
    '200': {$ref: '../responses.yaml#/Books'}
    default:
      description: Failed.
      content: {application/json: {schema: {$ref: '../openapi.yaml#/components/schemas/Error'}}}
x-one:
  parameters: [{name: id, in: path, required: true, schema: {type: string}}]
  get:
    operationId: book_fetch
    responses:
      '200':
        description: A book.
        content: {application/json: {schema: {$ref: ../book%20shelf.yaml}}}
",
    ),
    (
        "api/responses.yaml",
        "Books:
  description: Books.
  content:
    application/json:
      schema: {type: array, items: {$ref: 'book shelf.yaml'}}
",
    ),
    (
        "api/book shelf.yaml",
        "type: object
required: [kind]
properties:
  kind: {type: string}
  title: {type: string, maxLength: 80}
  sequels: {type: array, items: {$ref: '#'}}
  example: {$ref: ../shared/errors.json#/definitions/Text}
example: {$ref: nowhere.yaml}
discriminator:
  propertyName: kind
  mapping: {comic: '../shared/errors.json#/definitions/Comic', novel: Novel}
",
    ),
    (
        "shared/errors.json",
        r##"{"definitions": {
  "Error": {"type": "object", "properties": {"text": {"$ref": "#/definitions/Text"}}},
  "Text": {"type": "string"},
  "Comic": {"allOf": [{"$ref": "../api/book shelf.yaml"}, {"properties": {"panels": {"type": "integer"}}}]}
}}"##,
    ),
];

/// Writes the library with one text replaced.
fn library(from: &str, to: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in LIBRARY {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
    directory
}

fn read_within(limits: &Limits, directory: &Path, external: &Path) -> Result<Document, DocumentError> {
    let file = directory.join("api/openapi.yaml");
    Document::from_file(limits, "api/openapi.yaml", &file, Some(external))
}

fn read(directory: &TempDir) -> Result<Document, DocumentError> {
    read_within(&Limits::default(), directory.path(), directory.path())
}

fn refused(from: &str, to: &str) -> String {
    read(&library(from, to)).unwrap_err().to_string()
}

#[test]
fn references_lead_to_other_files_and_back() {
    let document = read(&library("", "")).unwrap();
    let ids: Vec<&str> = document.operations().iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["book_list", "book_fetch"]);
    assert_eq!(document.operations()[0].parameters[0].name, "limit");
    let again = read(&library("", "")).unwrap();
    assert!(diff::compare(&document, &again).changes.is_empty());
    assert!(statics::verify(&document, &again, &[]).findings.is_empty());
    ResponseValidator::new(document.into()).unwrap();
}

#[test]
fn parts_of_the_document_in_an_extension_may_refer_to_other_files() {
    let directory = library(
        "  /books: {$ref: paths/books.yaml}",
        "  /books: {$ref: '#/x-items/books'}\nx-items:\n  books: {$ref: paths/books.yaml}\nx-rest:",
    );
    read(&directory).unwrap();
}

#[test]
fn changes_in_other_files_have_their_path_and_line() {
    let old = read(&library("", "")).unwrap();
    for (from, to, level, code, at, line) in [
        (
            "maxLength: 80",
            "maxLength: 90",
            "major",
            "response-wider",
            "book%20shelf.yaml#/properties/title",
            5,
        ),
        (
            "Failed.",
            "An error.",
            "patch",
            "description-changed",
            "paths/books.yaml#/get/responses/default/description",
            8,
        ),
        (
            "\"type\": \"integer\"",
            "\"type\": \"number\"",
            "major",
            "encoding-changed",
            "../shared/errors.json#/definitions/Comic/allOf/1/properties/panels/type",
            4,
        ),
        (
            "comic:",
            "comics:",
            "major",
            "encoding-changed",
            "book%20shelf.yaml#/discriminator",
            9,
        ),
        (
            "operationId: book_list",
            "operationId: book_list\n  consumes: []",
            "major",
            "unexplained",
            "paths/books.yaml#/get/consumes",
            3,
        ),
        (
            "description: Books.",
            "description: Books.\n  schema: {}",
            "major",
            "unexplained",
            "responses.yaml#/Books/schema",
            3,
        ),
    ] {
        let report = diff::compare(&old, &read(&library(from, to)).unwrap());
        let change = &report.changes[0];
        let found = (
            report.level.as_str(),
            change.code.as_str(),
            change.new_at.as_deref(),
            change.new_line,
        );
        assert_eq!(found, (level, code, Some(at), Some(line)), "{}", report.text());
    }
    let found = statics::verify(
        &old,
        &read(&library("maxLength: 80", "maxLength: 90")).unwrap(),
        &[],
    );
    let place = found.contract_place(&found.findings[0]);
    assert_eq!(place.to_string(), "api/book shelf.yaml:5  #/properties/title");
}

#[test]
fn a_part_of_the_document_may_be_moved_to_another_file() {
    let one = read(&library("", "")).unwrap();
    let other = read(&library(
        "{$ref: '../openapi.yaml#/components/schemas/Error'}",
        "{type: object, properties: {text: {type: string}}}",
    ));
    let report = diff::compare(&one, &other.unwrap());
    assert_eq!(report.level.as_str(), "patch", "{}", report.text());
    assert!(
        report
            .changes
            .iter()
            .all(|change| matches!(change.code.as_str(), "rewritten" | "unused-changed")),
        "{}",
        report.text()
    );
}

#[test]
fn values_in_reports_have_references_as_in_the_files() {
    let with = |value: &str| {
        let to = format!("operationId: book_list\n  consumes: {value}");
        read(&library("operationId: book_list", &to)).unwrap()
    };
    let (old, new) = (with("{a: [{$ref: '../responses.yaml#/Books'}]}"), with("[]"));
    let report = diff::compare(&old, &new);
    let expected = r#"`consumes`: "{"a":[{"$ref":"responses.yaml#/Books"}]}" became "[]""#;
    assert_eq!(report.changes[0].what, expected);
}

#[test]
fn schema_files_may_declare_the_dialect_of_their_document() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("openapi.yaml");
    let document = "openapi: 3.1.1
info: {title: Things, version: 1.0.0}
paths:
  /things:
    post:
      requestBody: {content: {application/json: {schema: {$ref: thing.yaml}}}}
      responses: {'204': {description: Created.}}
";
    fs::write(&file, document).unwrap();
    let read = |dialect: &str, length: u32| {
        let schema = format!("$schema: '{dialect}'\ntype: string\nmaxLength: {length}\n");
        fs::write(directory.path().join("thing.yaml"), schema).unwrap();
        Document::from_file(&Limits::default(), "d", &file, Some(directory.path())).unwrap()
    };
    for (dialect, level) in [
        ("https://json-schema.org/draft/2020-12/schema", "minor"),
        ("https://json-schema.org/draft/2020-12/schema#", "minor"),
        ("https://example.com/other", "major"),
    ] {
        let report = diff::compare(&read(dialect, 80), &read(dialect, 90));
        assert_eq!(report.level.as_str(), level, "{}", report.text());
    }
}

#[test]
fn references_that_lead_nowhere_are_errors_with_file_and_place() {
    for (from, to, expected) in [
        (
            "../openapi.yaml#/components/parameters/Limit",
            "../gone.yaml",
            "failed to read api/paths/books.yaml at #/get/parameters/0: the reference `../gone.yaml` leads to a file that can't be read: No such file",
        ),
        (
            "#/definitions/Text\"",
            "#/definitions/Word\"",
            "failed to read shared/errors.json at #/definitions/Error/properties/text: the reference `#/definitions/Word` has no target at `#/definitions/Word` of shared/errors.json",
        ),
        (
            "'../shared/errors.json#/definitions/Error'",
            "https://example.com/errors.json",
            "failed to read api/openapi.yaml at #/components/schemas/Error: the reference `https://example.com/errors.json` is a URL, and documents are never fetched",
        ),
        (
            "description: Books.",
            "description: [",
            "failed to read api/responses.yaml: line",
        ),
        (
            "info:",
            "(external): {}\ninfo:",
            "failed to read api/openapi.yaml at #/(external): expected a document without",
        ),
        (
            "paths/books.yaml}",
            "paths}",
            "failed to read api/paths: it is not a file",
        ),
        (
            "Text\": {\"type\": \"string\"}",
            "Text\": {\"$ref\": \"#/definitions/Text\"}",
            "failed to read api/openapi.yaml at ../shared/errors.json#/definitions/Error/properties/text: the reference `../shared/errors.json#/definitions/Text` is circular",
        ),
        (
            "name: id, in: path",
            "name: id, in: route",
            "failed to read api/openapi.yaml at paths/books.yaml#/x-one/parameters/0/in: expected path, query",
        ),
        (
            "paths/books.yaml}",
            "paths/books.yaml, delete: {}}",
            "failed to read api/openapi.yaml at #/paths/~1books/delete: expected no methods, `parameters` or `servers` beside `$ref`",
        ),
    ] {
        let error = refused(from, to);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn files_outside_of_the_directory_are_refused_after_symbolic_links() {
    let directory = library("", "");
    let api = directory.path().join("api");
    let refused = || {
        read_within(&Limits::default(), directory.path(), &api)
            .unwrap_err()
            .to_string()
    };
    let outside = format!(
        "leads out of the directory {}",
        api.canonicalize().unwrap().display()
    );
    assert!(refused().contains(&outside), "{}", refused());
    let inside = api.join("errors.json");
    fs::rename(
        directory.path().join("shared/errors.json"),
        directory.path().join("errors.json"),
    )
    .unwrap();
    std::os::unix::fs::symlink(directory.path().join("errors.json"), inside).unwrap();
    for name in ["openapi.yaml", "book shelf.yaml"] {
        let text = fs::read_to_string(api.join(name)).unwrap();
        fs::write(api.join(name), text.replace("../shared/", "")).unwrap();
    }
    assert!(refused().contains(&outside), "{}", refused());
}

#[test]
fn the_number_and_the_size_of_files_are_limited() {
    let directory = library("", "");
    let limited = |name: &str, value: u64| {
        let mut limits = Limits::default();
        limits.set(name, value).unwrap();
        read_within(&limits, directory.path(), directory.path())
            .map(drop)
            .map_err(|error| error.to_string())
    };
    assert_eq!(limited("external-files", 4), Ok(()));
    for (name, value, expected) in [
        (
            "external-files",
            3,
            "it has references to more than 3 files, and the limit external-files is 3",
        ),
        ("document-bytes", 1500, "and the limit document-bytes is 1500"),
        (
            "yaml-values",
            60,
            "it has more than 60 values, and the limit yaml-values is 60",
        ),
    ] {
        let error = limited(name, value).unwrap_err();
        assert!(
            error.starts_with("failed to read api/openapi.yaml: ") && error.contains(expected),
            "{error}"
        );
    }
}
