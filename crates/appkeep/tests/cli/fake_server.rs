//! A fake server with responses that the test provides.

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A response: status, media type, body.
type Said = (u16, &'static str, String);

/// Starts a server that runs until it is dropped. `answer` receives the method, and the path with its query.
pub(crate) fn start(answer: impl Fn(&str, &str) -> Said + Send + Sync + 'static) -> MockServer {
    let respond = move |request: &Request| {
        let path = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        let (status, media_type, body) = answer(request.method.as_str(), &path);
        ResponseTemplate::new(status).set_body_raw(body, media_type)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(respond).mount(&server).await;
        server
    })
}
