//! Responses of servers, proxies and login pages that don't conform to the contract.

use std::io::{Read, Write};
use std::net::TcpListener;

use appkeep_client::ProblemKind;
use appkeep_client::header::LOCATION;

use super::*;

#[tokio::test]
async fn deletions_succeed_only_without_a_body() {
    let page = ResponseTemplate::new(200).set_body_string("<form>Sign in</form>");
    let server = serve(vec![page, ResponseTemplate::new(202), ResponseTemplate::new(204)]).await;
    let client = client(&server);
    let error = client.app_backup_delete(ACCOUNT, BACKUP).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::UnexpectedBody { .. }),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        "app_backup_delete: 200 OK with an unexpected body: <form>Sign in</form>"
    );
    for status in [202, 204] {
        let deleted = client.app_backup_delete(ACCOUNT, BACKUP).await.unwrap();
        assert_eq!(deleted.status(), status);
    }
}

#[tokio::test]
async fn incomplete_problems_are_problems() {
    let declared =
        |body: Value| ResponseTemplate::new(409).set_body_raw(body.to_string(), "application/problem+json");
    let plain = |body: Value| ResponseTemplate::new(409).set_body_json(body);
    for (response, expected) in [
        (
            declared(json!({})),
            json!({"type": "about:blank", "title": "Conflict", "status": "409"}),
        ),
        (
            plain(json!({"title": "In use", "status": 409, "detail": "by a restore"})),
            json!({"type": "about:blank", "title": "In use", "status": "409", "detail": "by a restore"}),
        ),
        (
            plain(json!({"type": "https://example.org/full", "invalidFields": "name", "retry": true})),
            json!({"type": "https://example.org/full", "title": "Conflict", "status": "409", "retry": true}),
        ),
    ] {
        let error = fetch(response).await.unwrap_err();
        let problem = error.problem().unwrap_or_else(|| panic!("{error}"));
        assert_eq!(serde_json::to_value(problem).unwrap(), expected);
        assert_eq!(problem.kind(), ProblemKind::Other);
    }
    for body in [json!({"error": "busy"}), json!(["type"])] {
        let error = fetch(plain(body)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Status { .. }), "{error}");
    }
}

#[tokio::test]
async fn kinds_of_problems_are_known_by_their_type() {
    for (number, kind) in [
        (1, ProblemKind::ResourceNotFound),
        (6, ProblemKind::InvalidQuery),
        (128, ProblemKind::BackupPending),
        (999, ProblemKind::Other),
    ] {
        let body = json!({"type": format!("https://astra.netapp.io/problems/{number}")});
        let error = fetch(ResponseTemplate::new(409).set_body_json(body))
            .await
            .unwrap_err();
        assert_eq!(error.problem().unwrap().kind(), kind, "{number}");
    }
}

#[tokio::test]
async fn texts_of_servers_are_printed_on_one_line_and_bounded() {
    let long = "\u{1b}[2J\n".repeat(10_000);
    let field = json!({"name": long, "reason": long});
    let problem = json!({
        "type": long, "title": long, "detail": long, "correlationID": long, "invalidFields": vec![field; 100],
    });
    let misplaced = format!(r#"{{"metadata":{{"labels":[{{"{}":1}}]}}}}"#, "x".repeat(100_000));
    for response in [
        ResponseTemplate::new(400).set_body_json(problem),
        ResponseTemplate::new(200).set_body_raw(misplaced, "application/json"),
        ResponseTemplate::new(500).set_body_string(long),
    ] {
        let line = fetch(response).await.unwrap_err().to_string();
        assert!(!line.contains(char::is_control), "{line}");
        assert!(
            line.chars().count() < 20_000,
            "{} characters",
            line.chars().count()
        );
    }
}

#[tokio::test]
async fn errors_keep_the_headers() {
    let moved = ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/");
    let error = fetch(moved).await.unwrap_err();
    assert_eq!(error.headers().unwrap()[LOCATION], "https://elsewhere.example/");
    for (value, expected) in [
        ("120", Some(Duration::from_mins(2))),
        ("Wed, 21 Oct 2015 07:28:00 GMT", Some(Duration::ZERO)),
        ("Wed, 21 Oct 2015 07:29:30 GMT", Some(Duration::from_secs(30))),
        ("soon", None),
    ] {
        let busy = ResponseTemplate::new(503)
            .insert_header("date", "Wed, 21 Oct 2015 07:29:00 GMT")
            .insert_header("retry-after", value);
        assert_eq!(fetch(busy).await.unwrap_err().retry_after(), expected, "{value}");
    }
}

#[tokio::test]
async fn long_bodies_of_errors_dont_hide_the_status() {
    let error = fetch(ResponseTemplate::new(500).set_body_bytes(vec![b'x'; 10_000_000]))
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 500);
    assert!(matches!(error.kind(), ErrorKind::Status { .. }), "{error}");
}

#[tokio::test]
async fn broken_connections_are_not_decoding_errors() {
    for (head, expected) in [
        (
            "HTTP/1.1 200 OK",
            "200 OK, but its body ended early, after 4 bytes: ",
        ),
        (
            "HTTP/1.1 500 Oops",
            "500 Internal Server Error, and the body isn't a problem: half",
        ),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 4096]).unwrap();
            let response = format!("{head}\r\nContent-Length: 100\r\n\r\nhalf");
            connection.write_all(response.as_bytes()).unwrap();
        });
        let error = client_at(&url)
            .app_backup_fetch(ACCOUNT, BACKUP)
            .await
            .unwrap_err();
        server.join().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(
            error.is_transient() == (error.status().unwrap() == 200),
            "{error}"
        );
    }
}

#[tokio::test]
async fn lists_whose_tokens_form_a_cycle_end_with_an_error() {
    let pages = ["a", "b", "a"].map(|next| page(&[backup("x")], Some(next)));
    let server = serve(pages.into()).await;
    let items: Result<Vec<_>, _> = client(&server)
        .backups(ACCOUNT, None)
        .stream()
        .try_collect()
        .await;
    let error = items.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::RepeatedContinue { token } if token == "a"),
        "{error}"
    );
}

#[tokio::test]
async fn lists_of_empty_pages_end_with_an_error() {
    let pages = (0..200).map(|next| page(&[], Some(&next.to_string()))).collect();
    let server = serve(pages).await;
    let items: Result<Vec<_>, _> = client(&server)
        .backups(ACCOUNT, None)
        .stream()
        .try_collect()
        .await;
    let error = items.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::EmptyPages { .. }), "{error}");
}

#[tokio::test]
async fn tokens_are_read_from_files_without_white_space() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    let build = || Client::builder("http://127.0.0.1:1").token_file(&file).build();
    let error = build().unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("can't read the token from {}: ", file.display())),
        "{error}"
    );

    std::fs::write(&file, "hunter2\n").unwrap();
    let server = serve(vec![ok(backup("a"))]).await;
    let client = Client::builder(server.uri()).token_file(&file).build().unwrap();
    client.app_backup_fetch(ACCOUNT, BACKUP).await.unwrap();
    let request = server.received_requests().await.unwrap().remove(0);
    assert_eq!(request.headers["authorization"], "Bearer hunter2");
}

#[tokio::test]
async fn a_proxy_for_plain_http_has_to_be_specified() {
    let proxy = serve(vec![ok(backup("a"))]).await;
    let client = Client::builder("http://appkeep.invalid")
        .token("hunter2")
        .proxy(proxy.uri())
        .build()
        .unwrap();
    client.app_backup_fetch(ACCOUNT, BACKUP).await.unwrap();
    assert_eq!(requests(&proxy).await.len(), 1);

    let wrong = Client::builder("http://host")
        .proxy("http://[")
        .build()
        .unwrap_err()
        .to_string();
    assert!(
        wrong.starts_with("the proxy `http://[` can't be used: "),
        "{wrong}"
    );
}
