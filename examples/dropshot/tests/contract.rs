//! The server conforms to `openapi.yaml`.

use appkeep_openapi::{DROPSHOT_ERRORS, assert_serves};

#[test]
fn the_server_conforms_to_its_document() {
    let api = dropshot_example::api().unwrap();
    assert_serves(&api, "openapi.yaml", &[DROPSHOT_ERRORS]);
}
