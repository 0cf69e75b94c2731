#![doc = include_str!("../README.md")]

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dropshot::{
    ApiDescription, ApiDescriptionRegisterError, ClientErrorStatusCode, HttpError, HttpResponseCreated,
    HttpResponseDeleted, HttpResponseOk, Path, RequestContext, TypedBody, endpoint,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The books, by ISBN.
#[derive(Debug, Default)]
pub struct Library {
    books: Mutex<BTreeMap<String, Book>>,
}

impl Library {
    fn books(&self) -> MutexGuard<'_, BTreeMap<String, Book>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A book.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
pub struct Book {
    isbn: String,
    title: String,
    pages: Option<u32>,
}

/// The path of a single book.
#[derive(Debug, Deserialize, JsonSchema)]
struct BookPath {
    isbn: String,
}

/// The API, for `dropshot::ServerBuilder`.
///
/// # Errors
/// When two operations have the same path and method.
pub fn api() -> Result<ApiDescription<Library>, ApiDescriptionRegisterError> {
    let mut api = ApiDescription::new();
    api.register(book_list)?;
    api.register(book_create)?;
    api.register(book_delete)?;
    Ok(api)
}

/// Lists all books.
#[endpoint { method = GET, path = "/books" }]
async fn book_list(rqctx: RequestContext<Library>) -> Result<HttpResponseOk<Vec<Book>>, HttpError> {
    let mut books: Vec<Book> = rqctx.context().books().values().cloned().collect();
    books.sort_by(|one, other| one.title.cmp(&other.title));
    Ok(HttpResponseOk(books))
}

/// Adds a book.
#[endpoint { method = POST, path = "/books" }]
async fn book_create(
    rqctx: RequestContext<Library>,
    body: TypedBody<Book>,
) -> Result<HttpResponseCreated<Book>, HttpError> {
    let book = body.into_inner();
    let mut books = rqctx.context().books();
    if books.contains_key(&book.isbn) {
        let message = format!("the library has a book with the ISBN {}", book.isbn);
        return Err(HttpError::for_client_error(
            None,
            ClientErrorStatusCode::CONFLICT,
            message,
        ));
    }
    books.insert(book.isbn.clone(), book.clone());
    Ok(HttpResponseCreated(book))
}

/// Deletes a book.
#[endpoint { method = DELETE, path = "/books/{isbn}" }]
async fn book_delete(
    rqctx: RequestContext<Library>,
    path: Path<BookPath>,
) -> Result<HttpResponseDeleted, HttpError> {
    let isbn = path.into_inner().isbn;
    match rqctx.context().books().remove(&isbn) {
        Some(_) => Ok(HttpResponseDeleted()),
        None => Err(HttpError::for_not_found(
            None,
            format!("the library has no book with the ISBN {isbn}"),
        )),
    }
}
