//! The comparison as a whole, on a small reference and a small contract of our own making.

use serde_json::{Value, json};

use super::compare::{self, Aspect, Report};
use super::decisions::Decision;
use super::text;
use crate::spec;

const REFERENCE: &str = "\
# Shelves

POST /rooms/{room_id}/shelves

Parameters

Name\tType\tIn\tRequired\tDescription
room_id\tstring\tpath\tTrue\tThe room

Request Body

Name\tType\tRequired\tDescription
wood\tstring\tTrue\tKind. Defined values are: <ul><li>\"oak\"</li><li>\"pine\"</li></ul>
boards\tarray[<a href=\"#\">board_type</a>]\tFalse\t

Example request
{
  \"wood\": \"oak\"
}

Response

Status: 201, Built.

Name\tType\tRequired\tDescription
wood\tstring\tTrue\tKind. Defined values are:

Name\tType\tRequired\tDescription
width\tnumber\tFalse\t

Example response
{
  \"wood\": \"pale
pine\"
}

Definitions

## See Definitions

board\\_type

Name\tType\tRequired\tDescription
length\tnumber\tTrue\t
";

const CONTRACT: &str = "
paths:
  /rooms/{room_id}/shelves:
    post:
      operationId: shelf_create
      x-origin: documented
      parameters:
        - {name: room_id, in: path, required: true, schema: {type: string}}
        - {name: colour, in: query, x-origin: companion, schema: {type: string}}
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/ShelfCreate'}
            examples: {one: {value: {wood: oak}}}
      responses:
        '201':
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Shelf'}
              examples:
                one: {value: {wood: pale pine}}
                ours: {x-origin: companion, value: {}}
        '503': {x-origin: companion}
components:
  schemas:
    ShelfCreate:
      type: object
      required: [wood]
      properties:
        wood: {type: string, enum: [oak, pine]}
        boards: {type: array, items: {$ref: '#/components/schemas/Board'}}
    Shelf:
      type: object
      required: [wood]
      properties:
        wood: {type: string, enum: [oak, pine]}
        width: {allOf: [{type: number}], description: Across.}
        etag: {type: string, x-origin: companion}
    Board:
      type: object
      x-documented-as: board_type
      required: [length]
      properties:
        length: {type: number}
";

const WOOD_LOST: Decision = Decision {
    schema: "Shelf",
    field: "wood",
    aspect: Aspect::Values,
    theirs: "lost",
    ours: "oak|pine",
    reason: "the list is gone",
};

fn compare_with(change: impl FnOnce(&mut Value)) -> Report {
    let mut document = spec::parse(CONTRACT).unwrap();
    change(&mut document);
    compare::compare(&document, &text::read(REFERENCE).unwrap(), &[WOOD_LOST])
}

/// The only difference of a changed contract.
fn difference(change: impl FnOnce(&mut Value)) -> String {
    let differences: Vec<_> = compare_with(change).differences.into_iter().collect();
    assert_eq!(differences.len(), 1, "{differences:?}");
    differences[0].clone()
}

#[test]
fn a_contract_that_says_the_same_has_no_differences() {
    let report = compare_with(|_| {});
    assert_eq!(report.differences, std::collections::BTreeSet::new());
    assert_eq!((report.payloads, report.tables, report.fields), (2, 4, 6));
    assert_eq!(report.decided.len(), 1);
}

#[test]
fn a_changed_payload_is_found() {
    let example = "/paths/~1rooms~1{room_id}~1shelves/post/responses/201/content/application~1json/examples/one/value/wood";
    let found = difference(|document| *document.pointer_mut(example).unwrap() = json!("dark pine"));
    assert!(
        found.starts_with("shelf_create 201: the reference's payload is"),
        "{found}"
    );
}

#[test]
fn a_changed_required_flag_is_found() {
    let found = difference(|document| document["components"]["schemas"]["Board"]["required"] = json!([]));
    assert_eq!(
        found,
        "shelf_create definition board_type (Board): length: required: the reference says True, the contract False"
    );
}

#[test]
fn a_changed_type_is_found() {
    let found = difference(|document| {
        document["components"]["schemas"]["Shelf"]["properties"]["width"] = json!({"type": "string"});
    });
    assert!(
        found.ends_with("width: type: the reference says number, the contract string"),
        "{found}"
    );
}

#[test]
fn a_changed_enumeration_is_found() {
    let found = difference(|document| {
        document["components"]["schemas"]["ShelfCreate"]["properties"]["wood"]["enum"] = json!(["oak"]);
    });
    assert!(
        found.ends_with("wood: values: the reference says oak|pine, the contract oak"),
        "{found}"
    );
}

#[test]
fn a_length_that_no_reference_states_is_found() {
    let found = difference(|document| {
        document["components"]["schemas"]["ShelfCreate"]["properties"]["wood"]["maxLength"] = json!(9);
    });
    assert!(
        found.ends_with("wood: length: the reference says nothing, the contract ..9"),
        "{found}"
    );
}

#[test]
fn a_missing_and_an_undocumented_member_are_found() {
    let report = compare_with(|document| {
        document["components"]["schemas"]["Board"]["properties"] = json!({"width": {"type": "number"}});
    });
    assert_eq!(report.differences.len(), 2, "{:?}", report.differences);
}

#[test]
fn a_documented_member_marked_as_companion_is_found() {
    let found = difference(|document| {
        document["components"]["schemas"]["Shelf"]["properties"]["width"]["x-origin"] = json!("companion");
    });
    assert!(
        found.ends_with("presence: the reference says present, the contract a companion"),
        "{found}"
    );
}

#[test]
fn a_documented_status_that_no_reference_has_is_found() {
    let found = difference(|document| {
        let responses = "/paths/~1rooms~1{room_id}~1shelves/post/responses/503";
        *document.pointer_mut(responses).unwrap() = json!({"description": "x"});
    });
    assert_eq!(found, "shelf_create 503: the reference doesn't have it");
}

#[test]
fn a_decision_that_covers_nothing_is_found() {
    let found = difference(|document| {
        let wood = &mut document["components"]["schemas"]["Shelf"]["properties"]["wood"];
        *wood = json!({"type": "string"});
    });
    assert!(
        found.starts_with("decision Shelf wood: values: covers nothing"),
        "{found}"
    );
}

#[test]
fn a_member_documented_on_one_status_is_a_companion_elsewhere() {
    let marked = |methods: Value| {
        compare_with(|document| {
            let shelf = &mut document["components"]["schemas"]["Shelf"]["properties"];
            shelf["note"] = json!({
                "type": "string",
                "x-documented-on": {"status": "201", "methods": methods},
            });
        })
    };
    assert_eq!(marked(json!(["get"])).differences.len(), 0);
    assert_eq!(marked(json!(["post"])).differences.len(), 1);
}
