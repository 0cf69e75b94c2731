// Generated from spec/openapi.yaml by `cargo xtask codegen`. Don't edit: change the contract.

pub mod operations {
    //! [`When`](::httpmock::When) and [`Then`](::httpmock::Then)
    //! wrappers for each operation. Each can be converted to
    //! its inner type with a call to `into_inner()`. This can
    //! be used to explicitly deviate from permitted values.
    use appkeep_client::*;
    ///The requests of `app_backup_list_all` that a mock responds to.
    pub struct AppBackupListAllWhen(::httpmock::When);
    impl AppBackupListAllWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/topology/v1/appBackups$")
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/topology/v1/appBackups$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `app_backup_list_all`.
    pub struct AppBackupListAllThen(::httpmock::Then);
    impl AppBackupListAllThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppBackupList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `appBackupColumns`.
        pub fn app_backup_columns(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::app_backup_list_of_columns(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notListed`.
        pub fn not_listed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backups_not_listed_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("appBackupColumns", Self::app_backup_columns),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notListed", Self::not_listed),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_backup_fetch` that a mock responds to.
    pub struct AppBackupFetchWhen(::httpmock::When);
    impl AppBackupFetchWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/topology/v1/appBackups/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/topology/v1/appBackups/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_backup_id`.
        pub fn app_backup_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/topology/v1/appBackups/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_backup_fetch`.
    pub struct AppBackupFetchThen(::httpmock::Then);
    impl AppBackupFetchThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppBackup) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `pendingAppBackup`.
        pub fn pending_app_backup(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[
                        ("content-type", "application/json"),
                        ("ETag", "\"54fe651d-3d3b-5fa8-b85c-5db757885ff3.1\""),
                    ],
                    &super::examples::pending_app_backup(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notRetrieved`.
        pub fn not_retrieved(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_retrieved_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("pendingAppBackup", Self::pending_app_backup),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notRetrieved", Self::not_retrieved),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_backup_delete` that a mock responds to.
    pub struct AppBackupDeleteWhen(::httpmock::When);
    impl AppBackupDeleteWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::DELETE)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/topology/v1/appBackups/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/topology/v1/appBackups/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_backup_id`.
        pub fn app_backup_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/topology/v1/appBackups/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_backup_delete`.
    pub struct AppBackupDeleteThen(::httpmock::Then);
    impl AppBackupDeleteThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 204.
        pub fn no_content(self) -> Self {
            Self(self.0.status(204u16))
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `resourceNotFound`.
        pub fn resource_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::resource_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `pending`.
        pub fn pending(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_pending_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `inUseByRestore`.
        pub fn in_use_by_restore(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::in_use_by_restore_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notDeleted`.
        pub fn not_deleted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_deleted_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("resourceNotFound", Self::resource_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("pending", Self::pending),
            ("inUseByRestore", Self::in_use_by_restore),
            ("notDeleted", Self::not_deleted),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_backup_list_for_app` that a mock responds to.
    pub struct AppBackupListForAppWhen(::httpmock::When);
    impl AppBackupListForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appBackups$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appBackups$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appBackups$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `app_backup_list_for_app`.
    pub struct AppBackupListForAppThen(::httpmock::Then);
    impl AppBackupListForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppBackupList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `appBackupColumns`.
        pub fn app_backup_columns(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::app_backup_list_of_columns(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notListed`.
        pub fn not_listed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backups_not_listed_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("appBackupColumns", Self::app_backup_columns),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notListed", Self::not_listed),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_backup_create_for_app` that a mock responds to.
    pub struct AppBackupCreateForAppWhen(::httpmock::When);
    impl AppBackupCreateForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appBackups$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appBackups$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appBackups$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `body`.
        pub fn body(self, value: &types::AppBackupCreate) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    ///The response of a mock of `app_backup_create_for_app`.
    pub struct AppBackupCreateForAppThen(::httpmock::Then);
    impl AppBackupCreateForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 201 and this body.
        pub fn created(self, value: &types::AppBackup) -> Self {
            Self(
                self
                    .0
                    .status(201u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 201 and the example `pendingAppBackup`.
        pub fn pending_app_backup(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    201u16,
                    &[
                        ("content-type", "application/json"),
                        ("ETag", "\"54fe651d-3d3b-5fa8-b85c-5db757885ff3.1\""),
                        (
                            "Location",
                            "/accounts/8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11/k8s/v1/apps/2c9a1d56-0f0b-4f3e-8a55-6a4b0a4f3c72/appBackups/54fe651d-3d3b-5fa8-b85c-5db757885ff3",
                        ),
                    ],
                    &super::examples::pending_app_backup(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 408 and the example `bodyTimedOut`.
        pub fn body_timed_out(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    408u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_timed_out_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `conflict`.
        pub fn conflict(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::conflict_problem(),
                ),
            )
        }
        ///Responds with 413 and the example `bodyTooLarge`.
        pub fn body_too_large(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    413u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_too_large_problem(),
                ),
            )
        }
        ///Responds with 415 and the example `unsupportedMediaType`.
        pub fn unsupported_media_type(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    415u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::unsupported_media_type_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManyRequests`.
        pub fn too_many_requests(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_requests_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManySchedules`.
        pub fn too_many_schedules(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_schedules_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notCreated`.
        pub fn not_created(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_created_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("pendingAppBackup", Self::pending_app_backup),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("bodyTimedOut", Self::body_timed_out),
            ("conflict", Self::conflict),
            ("bodyTooLarge", Self::body_too_large),
            ("unsupportedMediaType", Self::unsupported_media_type),
            ("tooManyRequests", Self::too_many_requests),
            ("tooManySchedules", Self::too_many_schedules),
            ("notCreated", Self::not_created),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_backup_fetch_for_app` that a mock responds to.
    pub struct AppBackupFetchForAppWhen(::httpmock::When);
    impl AppBackupFetchForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appBackups/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appBackups/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appBackups/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_backup_id`.
        pub fn app_backup_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appBackups/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_backup_fetch_for_app`.
    pub struct AppBackupFetchForAppThen(::httpmock::Then);
    impl AppBackupFetchForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppBackup) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `pendingAppBackup`.
        pub fn pending_app_backup(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[
                        ("content-type", "application/json"),
                        ("ETag", "\"54fe651d-3d3b-5fa8-b85c-5db757885ff3.1\""),
                    ],
                    &super::examples::pending_app_backup(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notRetrieved`.
        pub fn not_retrieved(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_retrieved_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("pendingAppBackup", Self::pending_app_backup),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notRetrieved", Self::not_retrieved),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_backup_delete_for_app` that a mock responds to.
    pub struct AppBackupDeleteForAppWhen(::httpmock::When);
    impl AppBackupDeleteForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::DELETE)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appBackups/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appBackups/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appBackups/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_backup_id`.
        pub fn app_backup_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appBackups/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_backup_delete_for_app`.
    pub struct AppBackupDeleteForAppThen(::httpmock::Then);
    impl AppBackupDeleteForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 204.
        pub fn no_content(self) -> Self {
            Self(self.0.status(204u16))
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `resourceNotFound`.
        pub fn resource_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::resource_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `pending`.
        pub fn pending(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_pending_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `inUseByRestore`.
        pub fn in_use_by_restore(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::in_use_by_restore_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notDeleted`.
        pub fn not_deleted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_deleted_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("resourceNotFound", Self::resource_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("pending", Self::pending),
            ("inUseByRestore", Self::in_use_by_restore),
            ("notDeleted", Self::not_deleted),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_backup_file_list_for_app` that a mock responds to.
    pub struct AppBackupFileListForAppWhen(::httpmock::When);
    impl AppBackupFileListForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appBackups/[^/]*/files$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appBackups/.*/files$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appBackups/.*/files$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_backup_id`.
        pub fn app_backup_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appBackups/{}/files$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
        ///Requires this `path`; `None` requires its absence.
        pub fn path<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("path", value.to_string()))
            } else {
                Self(self.0.query_param_missing("path"))
            }
        }
        ///Requires this `pattern`; `None` requires its absence.
        pub fn pattern<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("pattern", value.to_string()))
            } else {
                Self(self.0.query_param_missing("pattern"))
            }
        }
        ///Requires this `recursive`; `None` requires its absence.
        pub fn recursive<T>(self, value: T) -> Self
        where
            T: Into<Option<bool>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("recursive", value.to_string()))
            } else {
                Self(self.0.query_param_missing("recursive"))
            }
        }
    }
    ///The response of a mock of `app_backup_file_list_for_app`.
    pub struct AppBackupFileListForAppThen(::httpmock::Then);
    impl AppBackupFileListForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppBackupFileList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `files`.
        pub fn files(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::app_backup_file_list_of_two(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `fileNotFound`.
        pub fn file_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::file_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `notCompleted`.
        pub fn not_completed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_completed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notRetrieved`.
        pub fn not_retrieved(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_retrieved_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `bucketUnavailable`.
        pub fn bucket_unavailable(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::bucket_unavailable_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("files", Self::files),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("fileNotFound", Self::file_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notCompleted", Self::not_completed),
            ("notRetrieved", Self::not_retrieved),
            ("notReady", Self::not_ready),
            ("bucketUnavailable", Self::bucket_unavailable),
        ];
    }
    ///The requests of `app_backup_content_fetch_for_app` that a mock responds to.
    pub struct AppBackupContentFetchForAppWhen(::httpmock::When);
    impl AppBackupContentFetchForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appBackups/[^/]*/content$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appBackups/.*/content$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appBackups/.*/content$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_backup_id`.
        pub fn app_backup_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appBackups/{}/content$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `path`.
        pub fn path(self, value: &str) -> Self {
            Self(self.0.query_param("path", value.to_string()))
        }
    }
    ///The response of a mock of `app_backup_content_fetch_for_app`.
    pub struct AppBackupContentFetchForAppThen(::httpmock::Then);
    impl AppBackupContentFetchForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: impl AsRef<[u8]>) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/octet-stream")
                    .body(value),
            )
        }
        ///Responds with 206 and this body.
        pub fn partial_content(self, value: impl AsRef<[u8]>) -> Self {
            Self(
                self
                    .0
                    .status(206u16)
                    .header("content-type", "application/octet-stream")
                    .body(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `content`.
        pub fn content(self) -> Self {
            Self(
                crate::respond_with_bytes(
                    self.0,
                    200u16,
                    &[
                        ("content-type", "application/octet-stream"),
                        ("Accept-Ranges", "bytes"),
                        ("Content-Disposition", "attachment; filename=\"logo.png\""),
                    ],
                    &super::examples::file_content(),
                ),
            )
        }
        ///Responds with 200 and the example `archive`.
        pub fn archive(self) -> Self {
            Self(
                crate::respond_with_bytes(
                    self.0,
                    200u16,
                    &[
                        ("content-type", "application/x-tar"),
                        ("Accept-Ranges", "bytes"),
                        ("Content-Disposition", "attachment; filename=\"logo.png\""),
                    ],
                    &super::examples::directory_archive(),
                ),
            )
        }
        ///Responds with 206 and the example `part`.
        pub fn part(self) -> Self {
            Self(
                crate::respond_with_bytes(
                    self.0,
                    206u16,
                    &[
                        ("content-type", "application/octet-stream"),
                        ("Accept-Ranges", "bytes"),
                        ("Content-Disposition", "attachment; filename=\"logo.png\""),
                        ("Content-Range", "bytes 0-4/13"),
                    ],
                    &super::examples::file_part(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `fileNotFound`.
        pub fn file_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::file_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `notCompleted`.
        pub fn not_completed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_completed_problem(),
                ),
            )
        }
        ///Responds with 416 and the example `rangeNotSatisfiable`.
        pub fn range_not_satisfiable(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    416u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Content-Range", "bytes 0-4/13"),
                    ],
                    &super::examples::range_not_satisfiable_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notRetrieved`.
        pub fn not_retrieved(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_retrieved_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `bucketUnavailable`.
        pub fn bucket_unavailable(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::bucket_unavailable_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("content", Self::content),
            ("archive", Self::archive),
            ("part", Self::part),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("fileNotFound", Self::file_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notCompleted", Self::not_completed),
            ("rangeNotSatisfiable", Self::range_not_satisfiable),
            ("notRetrieved", Self::not_retrieved),
            ("notReady", Self::not_ready),
            ("bucketUnavailable", Self::bucket_unavailable),
        ];
    }
    ///The requests of `app_backup_change_list_for_app` that a mock responds to.
    pub struct AppBackupChangeListForAppWhen(::httpmock::When);
    impl AppBackupChangeListForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appBackups/[^/]*/changes$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appBackups/.*/changes$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appBackups/.*/changes$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_backup_id`.
        pub fn app_backup_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appBackups/{}/changes$", value
                        .to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `base`.
        pub fn base(self, value: ::uuid::Uuid) -> Self {
            Self(self.0.query_param("base", value.to_string()))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
        ///Requires this `path`; `None` requires its absence.
        pub fn path<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("path", value.to_string()))
            } else {
                Self(self.0.query_param_missing("path"))
            }
        }
    }
    ///The response of a mock of `app_backup_change_list_for_app`.
    pub struct AppBackupChangeListForAppThen(::httpmock::Then);
    impl AppBackupChangeListForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppBackupChangeList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `changes`.
        pub fn changes(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::app_backup_change_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `fileNotFound`.
        pub fn file_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::file_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `notCompleted`.
        pub fn not_completed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_completed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notRetrieved`.
        pub fn not_retrieved(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_backup_not_retrieved_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `bucketUnavailable`.
        pub fn bucket_unavailable(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::bucket_unavailable_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("changes", Self::changes),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("fileNotFound", Self::file_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notCompleted", Self::not_completed),
            ("notRetrieved", Self::not_retrieved),
            ("notReady", Self::not_ready),
            ("bucketUnavailable", Self::bucket_unavailable),
        ];
    }
    ///The requests of `app_snap_list_for_app` that a mock responds to.
    pub struct AppSnapListForAppWhen(::httpmock::When);
    impl AppSnapListForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/k8s/v1/apps/[^/]*/appSnaps$")
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/k8s/v1/apps/.*/appSnaps$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/.*/k8s/v1/apps/{}/appSnaps$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `app_snap_list_for_app`.
    pub struct AppSnapListForAppThen(::httpmock::Then);
    impl AppSnapListForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppSnapList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `appSnaps`.
        pub fn app_snaps(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::app_snap_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notListed`.
        pub fn not_listed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_snaps_not_listed_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("appSnaps", Self::app_snaps),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notListed", Self::not_listed),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_snap_create_for_app` that a mock responds to.
    pub struct AppSnapCreateForAppWhen(::httpmock::When);
    impl AppSnapCreateForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/k8s/v1/apps/[^/]*/appSnaps$")
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/k8s/v1/apps/.*/appSnaps$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/.*/k8s/v1/apps/{}/appSnaps$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `body`.
        pub fn body(self, value: &types::AppSnapCreate) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    ///The response of a mock of `app_snap_create_for_app`.
    pub struct AppSnapCreateForAppThen(::httpmock::Then);
    impl AppSnapCreateForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 201 and this body.
        pub fn created(self, value: &types::AppSnap) -> Self {
            Self(
                self
                    .0
                    .status(201u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 201 and the example `pendingAppSnap`.
        pub fn pending_app_snap(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    201u16,
                    &[
                        ("content-type", "application/json"),
                        ("ETag", "\"54fe651d-3d3b-5fa8-b85c-5db757885ff3.1\""),
                        (
                            "Location",
                            "/accounts/8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11/k8s/v1/apps/2c9a1d56-0f0b-4f3e-8a55-6a4b0a4f3c72/appBackups/54fe651d-3d3b-5fa8-b85c-5db757885ff3",
                        ),
                    ],
                    &super::examples::pending_app_snap(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 408 and the example `bodyTimedOut`.
        pub fn body_timed_out(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    408u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_timed_out_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `conflict`.
        pub fn conflict(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::conflict_problem(),
                ),
            )
        }
        ///Responds with 413 and the example `bodyTooLarge`.
        pub fn body_too_large(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    413u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_too_large_problem(),
                ),
            )
        }
        ///Responds with 415 and the example `unsupportedMediaType`.
        pub fn unsupported_media_type(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    415u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::unsupported_media_type_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManyRequests`.
        pub fn too_many_requests(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_requests_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManySchedules`.
        pub fn too_many_schedules(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_schedules_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notCreated`.
        pub fn not_created(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_snap_not_created_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("pendingAppSnap", Self::pending_app_snap),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("bodyTimedOut", Self::body_timed_out),
            ("conflict", Self::conflict),
            ("bodyTooLarge", Self::body_too_large),
            ("unsupportedMediaType", Self::unsupported_media_type),
            ("tooManyRequests", Self::too_many_requests),
            ("tooManySchedules", Self::too_many_schedules),
            ("notCreated", Self::not_created),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_snap_fetch_for_app` that a mock responds to.
    pub struct AppSnapFetchForAppWhen(::httpmock::When);
    impl AppSnapFetchForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appSnaps/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appSnaps/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appSnaps/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_snap_id`.
        pub fn app_snap_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appSnaps/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_snap_fetch_for_app`.
    pub struct AppSnapFetchForAppThen(::httpmock::Then);
    impl AppSnapFetchForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppSnap) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `completedAppSnap`.
        pub fn completed_app_snap(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[
                        ("content-type", "application/json"),
                        ("ETag", "\"54fe651d-3d3b-5fa8-b85c-5db757885ff3.1\""),
                    ],
                    &super::examples::completed_app_snap(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `notRetrieved`.
        pub fn not_retrieved(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_snap_not_retrieved_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("completedAppSnap", Self::completed_app_snap),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("notRetrieved", Self::not_retrieved),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_snap_delete_for_app` that a mock responds to.
    pub struct AppSnapDeleteForAppWhen(::httpmock::When);
    impl AppSnapDeleteForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::DELETE)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appSnaps/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appSnaps/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appSnaps/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_snap_id`.
        pub fn app_snap_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appSnaps/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_snap_delete_for_app`.
    pub struct AppSnapDeleteForAppThen(::httpmock::Then);
    impl AppSnapDeleteForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 204.
        pub fn no_content(self) -> Self {
            Self(self.0.status(204u16))
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `resourceNotFound`.
        pub fn resource_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::resource_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `inUseByAppBackup`.
        pub fn in_use_by_app_backup(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_snap_in_use_by_app_backup_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `inUseByRestore`.
        pub fn in_use_by_restore(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::in_use_by_restore_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("resourceNotFound", Self::resource_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("inUseByAppBackup", Self::in_use_by_app_backup),
            ("inUseByRestore", Self::in_use_by_restore),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_list` that a mock responds to.
    pub struct AppListWhen(::httpmock::When);
    impl AppListWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/k8s/v2/apps$").unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/k8s/v2/apps$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `app_list`.
    pub struct AppListThen(::httpmock::Then);
    impl AppListThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `apps`.
        pub fn apps(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::app_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("apps", Self::apps),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_fetch` that a mock responds to.
    pub struct AppFetchWhen(::httpmock::When);
    impl AppFetchWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/k8s/v2/apps/[^/]*$").unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/k8s/v2/apps/.*$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/.*/k8s/v2/apps/{}$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_fetch`.
    pub struct AppFetchThen(::httpmock::Then);
    impl AppFetchThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::App) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `readyApp`.
        pub fn ready_app(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[
                        ("content-type", "application/json"),
                        ("ETag", "\"54fe651d-3d3b-5fa8-b85c-5db757885ff3.1\""),
                    ],
                    &super::examples::ready_app(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("readyApp", Self::ready_app),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_update` that a mock responds to.
    pub struct AppUpdateWhen(::httpmock::When);
    impl AppUpdateWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::PUT)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/k8s/v2/apps/[^/]*$").unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/k8s/v2/apps/.*$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/.*/k8s/v2/apps/{}$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `force_update`.
        pub fn force_update(self, value: &str) -> Self {
            Self(self.0.header("ForceUpdate", value.to_string()))
        }
        ///Requires this `body`.
        pub fn body(self, value: &types::AppUpdate) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    ///The response of a mock of `app_update`.
    pub struct AppUpdateThen(::httpmock::Then);
    impl AppUpdateThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 204.
        pub fn no_content(self) -> Self {
            Self(self.0.status(204u16))
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `missingHeader`.
        pub fn missing_header(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::missing_header_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 408 and the example `bodyTimedOut`.
        pub fn body_timed_out(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    408u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_timed_out_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `sourceNotReady`.
        pub fn source_not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::source_not_ready_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `appNotReady`.
        pub fn app_not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_restoring_problem(),
                ),
            )
        }
        ///Responds with 413 and the example `bodyTooLarge`.
        pub fn body_too_large(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    413u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_too_large_problem(),
                ),
            )
        }
        ///Responds with 415 and the example `unsupportedMediaType`.
        pub fn unsupported_media_type(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    415u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::unsupported_media_type_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManyRequests`.
        pub fn too_many_requests(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_requests_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManySchedules`.
        pub fn too_many_schedules(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_schedules_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("missingHeader", Self::missing_header),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("bodyTimedOut", Self::body_timed_out),
            ("sourceNotReady", Self::source_not_ready),
            ("appNotReady", Self::app_not_ready),
            ("bodyTooLarge", Self::body_too_large),
            ("unsupportedMediaType", Self::unsupported_media_type),
            ("tooManyRequests", Self::too_many_requests),
            ("tooManySchedules", Self::too_many_schedules),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_summary_list` that a mock responds to.
    pub struct AppSummaryListWhen(::httpmock::When);
    impl AppSummaryListWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/k8s/v1/appSummaries$")
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/k8s/v1/appSummaries$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `app_summary_list`.
    pub struct AppSummaryListThen(::httpmock::Then);
    impl AppSummaryListThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppSummaryList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `appSummaries`.
        pub fn app_summaries(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::app_summary_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("appSummaries", Self::app_summaries),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_restore_list_for_app` that a mock responds to.
    pub struct AppRestoreListForAppWhen(::httpmock::When);
    impl AppRestoreListForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appRestores$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appRestores$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appRestores$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `app_restore_list_for_app`.
    pub struct AppRestoreListForAppThen(::httpmock::Then);
    impl AppRestoreListForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppRestoreList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `appRestores`.
        pub fn app_restores(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::app_restore_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("appRestores", Self::app_restores),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_restore_create_for_app` that a mock responds to.
    pub struct AppRestoreCreateForAppWhen(::httpmock::When);
    impl AppRestoreCreateForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appRestores$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appRestores$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appRestores$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `body`.
        pub fn body(self, value: &types::AppRestoreCreate) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    ///The response of a mock of `app_restore_create_for_app`.
    pub struct AppRestoreCreateForAppThen(::httpmock::Then);
    impl AppRestoreCreateForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 201 and this body.
        pub fn created(self, value: &types::AppRestore) -> Self {
            Self(
                self
                    .0
                    .status(201u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 201 and the example `pendingAppRestore`.
        pub fn pending_app_restore(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    201u16,
                    &[
                        ("content-type", "application/json"),
                        ("ETag", "\"54fe651d-3d3b-5fa8-b85c-5db757885ff3.1\""),
                        (
                            "Location",
                            "/accounts/8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11/k8s/v1/apps/2c9a1d56-0f0b-4f3e-8a55-6a4b0a4f3c72/appBackups/54fe651d-3d3b-5fa8-b85c-5db757885ff3",
                        ),
                    ],
                    &super::examples::pending_app_restore(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 408 and the example `bodyTimedOut`.
        pub fn body_timed_out(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    408u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_timed_out_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `sourceNotReady`.
        pub fn source_not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::source_not_ready_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `appNotReady`.
        pub fn app_not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_restoring_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `targetNotPermitted`.
        pub fn target_not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::target_not_permitted_problem(),
                ),
            )
        }
        ///Responds with 413 and the example `bodyTooLarge`.
        pub fn body_too_large(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    413u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_too_large_problem(),
                ),
            )
        }
        ///Responds with 415 and the example `unsupportedMediaType`.
        pub fn unsupported_media_type(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    415u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::unsupported_media_type_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManyRequests`.
        pub fn too_many_requests(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_requests_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManySchedules`.
        pub fn too_many_schedules(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_schedules_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("pendingAppRestore", Self::pending_app_restore),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("bodyTimedOut", Self::body_timed_out),
            ("sourceNotReady", Self::source_not_ready),
            ("appNotReady", Self::app_not_ready),
            ("targetNotPermitted", Self::target_not_permitted),
            ("bodyTooLarge", Self::body_too_large),
            ("unsupportedMediaType", Self::unsupported_media_type),
            ("tooManyRequests", Self::too_many_requests),
            ("tooManySchedules", Self::too_many_schedules),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_restore_fetch_for_app` that a mock responds to.
    pub struct AppRestoreFetchForAppWhen(::httpmock::When);
    impl AppRestoreFetchForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appRestores/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appRestores/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appRestores/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_restore_id`.
        pub fn app_restore_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appRestores/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_restore_fetch_for_app`.
    pub struct AppRestoreFetchForAppThen(::httpmock::Then);
    impl AppRestoreFetchForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AppRestore) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `runningAppRestore`.
        pub fn running_app_restore(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[
                        ("content-type", "application/json"),
                        ("ETag", "\"54fe651d-3d3b-5fa8-b85c-5db757885ff3.1\""),
                    ],
                    &super::examples::running_app_restore(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("runningAppRestore", Self::running_app_restore),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_restore_delete_for_app` that a mock responds to.
    pub struct AppRestoreDeleteForAppWhen(::httpmock::When);
    impl AppRestoreDeleteForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::DELETE)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/appRestores/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/appRestores/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/appRestores/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_restore_id`.
        pub fn app_restore_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/appRestores/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_restore_delete_for_app`.
    pub struct AppRestoreDeleteForAppThen(::httpmock::Then);
    impl AppRestoreDeleteForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 204.
        pub fn no_content(self) -> Self {
            Self(self.0.status(204u16))
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `resourceNotFound`.
        pub fn resource_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::resource_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `restoreEnded`.
        pub fn restore_ended(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::app_restore_ended_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("resourceNotFound", Self::resource_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("restoreEnded", Self::restore_ended),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_schedule_list_for_app` that a mock responds to.
    pub struct AppScheduleListForAppWhen(::httpmock::When);
    impl AppScheduleListForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/schedules$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/schedules$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/schedules$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `app_schedule_list_for_app`.
    pub struct AppScheduleListForAppThen(::httpmock::Then);
    impl AppScheduleListForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::ScheduleList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `schedules`.
        pub fn schedules(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::schedule_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("schedules", Self::schedules),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_schedule_create_for_app` that a mock responds to.
    pub struct AppScheduleCreateForAppWhen(::httpmock::When);
    impl AppScheduleCreateForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/schedules$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/schedules$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/schedules$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `body`.
        pub fn body(self, value: &types::ScheduleCreate) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    ///The response of a mock of `app_schedule_create_for_app`.
    pub struct AppScheduleCreateForAppThen(::httpmock::Then);
    impl AppScheduleCreateForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 201 and this body.
        pub fn created(self, value: &types::Schedule) -> Self {
            Self(
                self
                    .0
                    .status(201u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 201 and the example `dailySchedule`.
        pub fn daily_schedule(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    201u16,
                    &[
                        ("content-type", "application/json"),
                        (
                            "Location",
                            "/accounts/8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11/k8s/v1/apps/2c9a1d56-0f0b-4f3e-8a55-6a4b0a4f3c72/appBackups/54fe651d-3d3b-5fa8-b85c-5db757885ff3",
                        ),
                    ],
                    &super::examples::daily_schedule(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 408 and the example `bodyTimedOut`.
        pub fn body_timed_out(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    408u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_timed_out_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `conflict`.
        pub fn conflict(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::conflict_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `configured`.
        pub fn configured(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::schedule_configured_problem(),
                ),
            )
        }
        ///Responds with 413 and the example `bodyTooLarge`.
        pub fn body_too_large(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    413u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_too_large_problem(),
                ),
            )
        }
        ///Responds with 415 and the example `unsupportedMediaType`.
        pub fn unsupported_media_type(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    415u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::unsupported_media_type_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManyRequests`.
        pub fn too_many_requests(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_requests_problem(),
                ),
            )
        }
        ///Responds with 429 and the example `tooManySchedules`.
        pub fn too_many_schedules(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    429u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Retry-After", "30"),
                    ],
                    &super::examples::too_many_schedules_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("dailySchedule", Self::daily_schedule),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("bodyTimedOut", Self::body_timed_out),
            ("conflict", Self::conflict),
            ("configured", Self::configured),
            ("bodyTooLarge", Self::body_too_large),
            ("unsupportedMediaType", Self::unsupported_media_type),
            ("tooManyRequests", Self::too_many_requests),
            ("tooManySchedules", Self::too_many_schedules),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_schedule_fetch_for_app` that a mock responds to.
    pub struct AppScheduleFetchForAppWhen(::httpmock::When);
    impl AppScheduleFetchForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/schedules/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/schedules/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/schedules/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `schedule_id`.
        pub fn schedule_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/schedules/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_schedule_fetch_for_app`.
    pub struct AppScheduleFetchForAppThen(::httpmock::Then);
    impl AppScheduleFetchForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::Schedule) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `dailySchedule`.
        pub fn daily_schedule(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::daily_schedule(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("dailySchedule", Self::daily_schedule),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_schedule_update_for_app` that a mock responds to.
    pub struct AppScheduleUpdateForAppWhen(::httpmock::When);
    impl AppScheduleUpdateForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::PUT)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/schedules/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/schedules/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/schedules/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `schedule_id`.
        pub fn schedule_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/schedules/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `body`.
        pub fn body(self, value: &types::ScheduleUpdate) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    ///The response of a mock of `app_schedule_update_for_app`.
    pub struct AppScheduleUpdateForAppThen(::httpmock::Then);
    impl AppScheduleUpdateForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::Schedule) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `dailySchedule`.
        pub fn daily_schedule(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::daily_schedule(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 408 and the example `bodyTimedOut`.
        pub fn body_timed_out(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    408u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_timed_out_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `conflict`.
        pub fn conflict(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::conflict_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `configured`.
        pub fn configured(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::schedule_configured_problem(),
                ),
            )
        }
        ///Responds with 413 and the example `bodyTooLarge`.
        pub fn body_too_large(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    413u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::body_too_large_problem(),
                ),
            )
        }
        ///Responds with 415 and the example `unsupportedMediaType`.
        pub fn unsupported_media_type(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    415u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::unsupported_media_type_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("dailySchedule", Self::daily_schedule),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("bodyTimedOut", Self::body_timed_out),
            ("conflict", Self::conflict),
            ("configured", Self::configured),
            ("bodyTooLarge", Self::body_too_large),
            ("unsupportedMediaType", Self::unsupported_media_type),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_schedule_delete_for_app` that a mock responds to.
    pub struct AppScheduleDeleteForAppWhen(::httpmock::When);
    impl AppScheduleDeleteForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::DELETE)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/schedules/[^/]*$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/schedules/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/schedules/.*$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `schedule_id`.
        pub fn schedule_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/.*/schedules/{}$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
    }
    ///The response of a mock of `app_schedule_delete_for_app`.
    pub struct AppScheduleDeleteForAppThen(::httpmock::Then);
    impl AppScheduleDeleteForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 204.
        pub fn no_content(self) -> Self {
            Self(self.0.status(204u16))
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `resourceNotFound`.
        pub fn resource_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::resource_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 409 and the example `configured`.
        pub fn configured(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    409u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::schedule_configured_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("resourceNotFound", Self::resource_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("configured", Self::configured),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `app_hook_list_for_app` that a mock responds to.
    pub struct AppHookListForAppWhen(::httpmock::When);
    impl AppHookListForAppWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new(
                                "^/accounts/[^/]*/k8s/v1/apps/[^/]*/executionHooks$",
                            )
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/{}/k8s/v1/apps/.*/executionHooks$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `app_id`.
        pub fn app_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!(
                        "^/accounts/.*/k8s/v1/apps/{}/executionHooks$", value.to_string()
                    ),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `app_hook_list_for_app`.
    pub struct AppHookListForAppThen(::httpmock::Then);
    impl AppHookListForAppThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::HookList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `hooks`.
        pub fn hooks(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::hook_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("hooks", Self::hooks),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `bucket_list` that a mock responds to.
    pub struct BucketListWhen(::httpmock::When);
    impl BucketListWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/topology/v1/buckets$")
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/topology/v1/buckets$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `bucket_list`.
    pub struct BucketListThen(::httpmock::Then);
    impl BucketListThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::BucketList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `buckets`.
        pub fn buckets(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::bucket_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("buckets", Self::buckets),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `cloud_list` that a mock responds to.
    pub struct CloudListWhen(::httpmock::When);
    impl CloudListWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/topology/v1/clouds$")
                            .unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/topology/v1/clouds$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `cloud_list`.
    pub struct CloudListThen(::httpmock::Then);
    impl CloudListThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::CloudList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `noClouds`.
        pub fn no_clouds(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::cloud_list_of_none(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("noClouds", Self::no_clouds),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `user_list` that a mock responds to.
    pub struct UserListWhen(::httpmock::When);
    impl UserListWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/accounts/[^/]*/core/v1/users$").unwrap(),
                    ),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `account_id`.
        pub fn account_id(self, value: ::uuid::Uuid) -> Self {
            let re = regex::Regex::new(
                    &format!("^/accounts/{}/core/v1/users$", value.to_string()),
                )
                .unwrap();
            Self(self.0.path_matches(re))
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `user_list`.
    pub struct UserListThen(::httpmock::Then);
    impl UserListThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::UserList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `users`.
        pub fn users(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::user_list_of_two(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 403 and the example `notPermitted`.
        pub fn not_permitted(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    403u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_permitted_problem(),
                ),
            )
        }
        ///Responds with 404 and the example `collectionNotFound`.
        pub fn collection_not_found(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    404u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::collection_not_found_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("users", Self::users),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("notPermitted", Self::not_permitted),
            ("collectionNotFound", Self::collection_not_found),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
    ///The requests of `account_list` that a mock responds to.
    pub struct AccountListWhen(::httpmock::When);
    impl AccountListWhen {
        ///Restricts httpmock's conditions to requests of this operation.
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(regex::Regex::new("^/accounts$").unwrap()),
            )
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        ///Requires this `continue`; `None` requires its absence.
        pub fn continue_<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("continue", value.to_string()))
            } else {
                Self(self.0.query_param_missing("continue"))
            }
        }
        ///Requires this `include`; `None` requires its absence.
        pub fn include<'a, T>(self, value: T) -> Self
        where
            T: Into<Option<&'a str>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("include", value.to_string()))
            } else {
                Self(self.0.query_param_missing("include"))
            }
        }
        ///Requires this `limit`; `None` requires its absence.
        pub fn limit<T>(self, value: T) -> Self
        where
            T: Into<Option<::std::num::NonZeroU64>>,
        {
            if let Some(value) = value.into() {
                Self(self.0.query_param("limit", value.to_string()))
            } else {
                Self(self.0.query_param_missing("limit"))
            }
        }
    }
    ///The response of a mock of `account_list`.
    pub struct AccountListThen(::httpmock::Then);
    impl AccountListThen {
        ///Restricts httpmock's responses to those of this operation.
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        ///Returns httpmock's type, for anything that the contract doesn't define.
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        ///Responds with 200 and this body.
        pub fn ok(self, value: &types::AccountList) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 400 to 499 and this problem.
        pub fn client_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 4u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with a status from 500 to 599 and this problem.
        pub fn server_error(self, status: u16, value: &types::Problem) -> Self {
            assert_eq!(status / 100u16, 5u16);
            Self(
                self
                    .0
                    .status(status)
                    .header("content-type", "application/problem+json")
                    .json_body_obj(value),
            )
        }
        ///Responds with 200 and the example `accounts`.
        pub fn accounts(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    200u16,
                    &[("content-type", "application/json")],
                    &super::examples::account_list_of_one(),
                ),
            )
        }
        ///Responds with 400 and the example `invalidQuery`.
        pub fn invalid_query(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    400u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::invalid_query_problem(),
                ),
            )
        }
        ///Responds with 401 and the example `missingToken`.
        pub fn missing_token(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    401u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("WWW-Authenticate", "Bearer realm=\"appkeep\""),
                    ],
                    &super::examples::missing_token_problem(),
                ),
            )
        }
        ///Responds with 405 and the example `methodNotAllowed`.
        pub fn method_not_allowed(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    405u16,
                    &[
                        ("content-type", "application/problem+json"),
                        ("Allow", "GET, DELETE"),
                    ],
                    &super::examples::method_not_allowed_problem(),
                ),
            )
        }
        ///Responds with 500 and the example `internalError`.
        pub fn internal_error(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    500u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::internal_error_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `notReady`.
        pub fn not_ready(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::not_ready_problem(),
                ),
            )
        }
        ///Responds with 503 and the example `lowSpace`.
        pub fn low_space(self) -> Self {
            Self(
                crate::respond(
                    self.0,
                    503u16,
                    &[("content-type", "application/problem+json")],
                    &super::examples::low_space_problem(),
                ),
            )
        }
        /// The documented examples: the name of each, and the function that responds with it.
        pub const EXAMPLES: crate::Examples<Self> = &[
            ("accounts", Self::accounts),
            ("invalidQuery", Self::invalid_query),
            ("missingToken", Self::missing_token),
            ("methodNotAllowed", Self::method_not_allowed),
            ("internalError", Self::internal_error),
            ("notReady", Self::not_ready),
            ("lowSpace", Self::low_space),
        ];
    }
}
/// An extension trait for [`MockServer`](::httpmock::MockServer) that
/// adds a method for each operation. These are the equivalent of
/// type-checked [`mock()`](::httpmock::MockServer::mock) calls.
pub trait MockServerExt {
    ///Mocks the operation "List the backups of all apps".
    fn app_backup_list_all<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppBackupListAllWhen, operations::AppBackupListAllThen);
    ///Mocks the operation "Fetch a backup".
    fn app_backup_fetch<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppBackupFetchWhen, operations::AppBackupFetchThen);
    ///Mocks the operation "Delete a backup".
    fn app_backup_delete<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppBackupDeleteWhen, operations::AppBackupDeleteThen);
    ///Mocks the operation "List the backups of an app".
    fn app_backup_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupListForAppWhen,
            operations::AppBackupListForAppThen,
        );
    ///Mocks the operation "Create a backup of an app".
    fn app_backup_create_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupCreateForAppWhen,
            operations::AppBackupCreateForAppThen,
        );
    ///Mocks the operation "Fetch a backup of an app".
    fn app_backup_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupFetchForAppWhen,
            operations::AppBackupFetchForAppThen,
        );
    ///Mocks the operation "Delete a backup of an app".
    fn app_backup_delete_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupDeleteForAppWhen,
            operations::AppBackupDeleteForAppThen,
        );
    ///Mocks the operation "List files of a backup".
    fn app_backup_file_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupFileListForAppWhen,
            operations::AppBackupFileListForAppThen,
        );
    ///Mocks the operation "Read a file of a backup".
    fn app_backup_content_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupContentFetchForAppWhen,
            operations::AppBackupContentFetchForAppThen,
        );
    ///Mocks the operation "List the differences between two backups".
    fn app_backup_change_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupChangeListForAppWhen,
            operations::AppBackupChangeListForAppThen,
        );
    ///Mocks the operation "List the snapshots of an app".
    fn app_snap_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppSnapListForAppWhen, operations::AppSnapListForAppThen);
    ///Mocks the operation "Create a snapshot of an app".
    fn app_snap_create_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppSnapCreateForAppWhen,
            operations::AppSnapCreateForAppThen,
        );
    ///Mocks the operation "Fetch a snapshot of an app".
    fn app_snap_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppSnapFetchForAppWhen,
            operations::AppSnapFetchForAppThen,
        );
    ///Mocks the operation "Delete a snapshot of an app".
    fn app_snap_delete_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppSnapDeleteForAppWhen,
            operations::AppSnapDeleteForAppThen,
        );
    ///Mocks the operation "List apps".
    fn app_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppListWhen, operations::AppListThen);
    ///Mocks the operation "Fetch an app".
    fn app_fetch<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppFetchWhen, operations::AppFetchThen);
    ///Mocks the operation "Restore an app in place".
    fn app_update<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppUpdateWhen, operations::AppUpdateThen);
    ///Mocks the operation "List the summaries of all apps".
    fn app_summary_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppSummaryListWhen, operations::AppSummaryListThen);
    ///Mocks the operation "List the restores of an app".
    fn app_restore_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppRestoreListForAppWhen,
            operations::AppRestoreListForAppThen,
        );
    ///Mocks the operation "Restore data of an app".
    fn app_restore_create_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppRestoreCreateForAppWhen,
            operations::AppRestoreCreateForAppThen,
        );
    ///Mocks the operation "Fetch a restore of an app".
    fn app_restore_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppRestoreFetchForAppWhen,
            operations::AppRestoreFetchForAppThen,
        );
    ///Mocks the operation "Cancel a restore of an app".
    fn app_restore_delete_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppRestoreDeleteForAppWhen,
            operations::AppRestoreDeleteForAppThen,
        );
    ///Mocks the operation "List the schedules of an app".
    fn app_schedule_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleListForAppWhen,
            operations::AppScheduleListForAppThen,
        );
    ///Mocks the operation "Create a schedule of an app".
    fn app_schedule_create_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleCreateForAppWhen,
            operations::AppScheduleCreateForAppThen,
        );
    ///Mocks the operation "Fetch a schedule of an app".
    fn app_schedule_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleFetchForAppWhen,
            operations::AppScheduleFetchForAppThen,
        );
    ///Mocks the operation "Change a schedule of an app".
    fn app_schedule_update_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleUpdateForAppWhen,
            operations::AppScheduleUpdateForAppThen,
        );
    ///Mocks the operation "Delete a schedule of an app".
    fn app_schedule_delete_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleDeleteForAppWhen,
            operations::AppScheduleDeleteForAppThen,
        );
    ///Mocks the operation "List the hooks of an app".
    fn app_hook_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppHookListForAppWhen, operations::AppHookListForAppThen);
    ///Mocks the operation "List buckets".
    fn bucket_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::BucketListWhen, operations::BucketListThen);
    ///Mocks the operation "List clouds".
    fn cloud_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::CloudListWhen, operations::CloudListThen);
    ///Mocks the operation "List the users of an account".
    fn user_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::UserListWhen, operations::UserListThen);
    ///Mocks the operation "List accounts".
    fn account_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AccountListWhen, operations::AccountListThen);
}
impl MockServerExt for ::httpmock::MockServer {
    fn app_backup_list_all<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppBackupListAllWhen, operations::AppBackupListAllThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupListAllWhen::new(when),
                operations::AppBackupListAllThen::new(then),
            )
        })
    }
    fn app_backup_fetch<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppBackupFetchWhen, operations::AppBackupFetchThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupFetchWhen::new(when),
                operations::AppBackupFetchThen::new(then),
            )
        })
    }
    fn app_backup_delete<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppBackupDeleteWhen, operations::AppBackupDeleteThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupDeleteWhen::new(when),
                operations::AppBackupDeleteThen::new(then),
            )
        })
    }
    fn app_backup_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupListForAppWhen,
            operations::AppBackupListForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupListForAppWhen::new(when),
                operations::AppBackupListForAppThen::new(then),
            )
        })
    }
    fn app_backup_create_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupCreateForAppWhen,
            operations::AppBackupCreateForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupCreateForAppWhen::new(when),
                operations::AppBackupCreateForAppThen::new(then),
            )
        })
    }
    fn app_backup_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupFetchForAppWhen,
            operations::AppBackupFetchForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupFetchForAppWhen::new(when),
                operations::AppBackupFetchForAppThen::new(then),
            )
        })
    }
    fn app_backup_delete_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupDeleteForAppWhen,
            operations::AppBackupDeleteForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupDeleteForAppWhen::new(when),
                operations::AppBackupDeleteForAppThen::new(then),
            )
        })
    }
    fn app_backup_file_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupFileListForAppWhen,
            operations::AppBackupFileListForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupFileListForAppWhen::new(when),
                operations::AppBackupFileListForAppThen::new(then),
            )
        })
    }
    fn app_backup_content_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupContentFetchForAppWhen,
            operations::AppBackupContentFetchForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupContentFetchForAppWhen::new(when),
                operations::AppBackupContentFetchForAppThen::new(then),
            )
        })
    }
    fn app_backup_change_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppBackupChangeListForAppWhen,
            operations::AppBackupChangeListForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppBackupChangeListForAppWhen::new(when),
                operations::AppBackupChangeListForAppThen::new(then),
            )
        })
    }
    fn app_snap_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppSnapListForAppWhen, operations::AppSnapListForAppThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppSnapListForAppWhen::new(when),
                operations::AppSnapListForAppThen::new(then),
            )
        })
    }
    fn app_snap_create_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppSnapCreateForAppWhen,
            operations::AppSnapCreateForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppSnapCreateForAppWhen::new(when),
                operations::AppSnapCreateForAppThen::new(then),
            )
        })
    }
    fn app_snap_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppSnapFetchForAppWhen,
            operations::AppSnapFetchForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppSnapFetchForAppWhen::new(when),
                operations::AppSnapFetchForAppThen::new(then),
            )
        })
    }
    fn app_snap_delete_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppSnapDeleteForAppWhen,
            operations::AppSnapDeleteForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppSnapDeleteForAppWhen::new(when),
                operations::AppSnapDeleteForAppThen::new(then),
            )
        })
    }
    fn app_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppListWhen, operations::AppListThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppListWhen::new(when),
                operations::AppListThen::new(then),
            )
        })
    }
    fn app_fetch<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppFetchWhen, operations::AppFetchThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppFetchWhen::new(when),
                operations::AppFetchThen::new(then),
            )
        })
    }
    fn app_update<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppUpdateWhen, operations::AppUpdateThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppUpdateWhen::new(when),
                operations::AppUpdateThen::new(then),
            )
        })
    }
    fn app_summary_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppSummaryListWhen, operations::AppSummaryListThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppSummaryListWhen::new(when),
                operations::AppSummaryListThen::new(then),
            )
        })
    }
    fn app_restore_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppRestoreListForAppWhen,
            operations::AppRestoreListForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppRestoreListForAppWhen::new(when),
                operations::AppRestoreListForAppThen::new(then),
            )
        })
    }
    fn app_restore_create_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppRestoreCreateForAppWhen,
            operations::AppRestoreCreateForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppRestoreCreateForAppWhen::new(when),
                operations::AppRestoreCreateForAppThen::new(then),
            )
        })
    }
    fn app_restore_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppRestoreFetchForAppWhen,
            operations::AppRestoreFetchForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppRestoreFetchForAppWhen::new(when),
                operations::AppRestoreFetchForAppThen::new(then),
            )
        })
    }
    fn app_restore_delete_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppRestoreDeleteForAppWhen,
            operations::AppRestoreDeleteForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppRestoreDeleteForAppWhen::new(when),
                operations::AppRestoreDeleteForAppThen::new(then),
            )
        })
    }
    fn app_schedule_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleListForAppWhen,
            operations::AppScheduleListForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppScheduleListForAppWhen::new(when),
                operations::AppScheduleListForAppThen::new(then),
            )
        })
    }
    fn app_schedule_create_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleCreateForAppWhen,
            operations::AppScheduleCreateForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppScheduleCreateForAppWhen::new(when),
                operations::AppScheduleCreateForAppThen::new(then),
            )
        })
    }
    fn app_schedule_fetch_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleFetchForAppWhen,
            operations::AppScheduleFetchForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppScheduleFetchForAppWhen::new(when),
                operations::AppScheduleFetchForAppThen::new(then),
            )
        })
    }
    fn app_schedule_update_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleUpdateForAppWhen,
            operations::AppScheduleUpdateForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppScheduleUpdateForAppWhen::new(when),
                operations::AppScheduleUpdateForAppThen::new(then),
            )
        })
    }
    fn app_schedule_delete_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::AppScheduleDeleteForAppWhen,
            operations::AppScheduleDeleteForAppThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppScheduleDeleteForAppWhen::new(when),
                operations::AppScheduleDeleteForAppThen::new(then),
            )
        })
    }
    fn app_hook_list_for_app<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AppHookListForAppWhen, operations::AppHookListForAppThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AppHookListForAppWhen::new(when),
                operations::AppHookListForAppThen::new(then),
            )
        })
    }
    fn bucket_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::BucketListWhen, operations::BucketListThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::BucketListWhen::new(when),
                operations::BucketListThen::new(then),
            )
        })
    }
    fn cloud_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::CloudListWhen, operations::CloudListThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::CloudListWhen::new(when),
                operations::CloudListThen::new(then),
            )
        })
    }
    fn user_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::UserListWhen, operations::UserListThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::UserListWhen::new(when),
                operations::UserListThen::new(then),
            )
        })
    }
    fn account_list<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AccountListWhen, operations::AccountListThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AccountListWhen::new(when),
                operations::AccountListThen::new(then),
            )
        })
    }
}
pub mod examples {
    //! The bodies of the documented examples.
    use appkeep_client::types;
    ///A token with write access to one account.
    pub fn account_list_of_one() -> types::AccountList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-accounts",
  "version": "1.0",
  "items": [
    {
      "type": "application/astra-account",
      "version": "1.0",
      "id": "4e0f9c1a-7b52-5d36-8a10-2f6d3c5b9e84",
      "name": "acme",
      "state": "ready",
      "role": "member",
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T08:00:00.000000Z",
        "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
        "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
      }
    }
  ],
  "metadata": {
    "count": 1,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A file that has grown.
    pub fn app_backup_change_list_of_one() -> types::AppBackupChangeList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appBackupChanges",
  "version": "1.0",
  "items": [
    {
      "change": "modified",
      "old": {
        "path": "/media/uploads/logo.png",
        "type": "file",
        "size": 12007,
        "modified": "2026-01-04T09:30:00.000000Z",
        "mode": "0644"
      },
      "new": {
        "path": "/media/uploads/logo.png",
        "type": "file",
        "size": 48213,
        "modified": "2026-01-05T09:30:00.500000Z",
        "mode": "0644"
      }
    }
  ],
  "metadata": {
    "count": 1
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A directory with a file and a link.
    pub fn app_backup_file_list_of_two() -> types::AppBackupFileList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appBackupFiles",
  "version": "1.0",
  "items": [
    {
      "path": "/media/uploads/logo.png",
      "type": "file",
      "size": 48213,
      "modified": "2026-01-05T09:30:00.500000Z",
      "mode": "0644"
    },
    {
      "path": "/media/uploads/newest",
      "type": "symlink",
      "size": 0,
      "modified": "2026-01-05T09:31:00.000000Z",
      "mode": "0777",
      "target": "logo.png"
    }
  ],
  "metadata": {
    "count": 2
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///Two backups with only id, name and state.
    pub fn app_backup_list_of_columns() -> types::AppBackupList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appBackups",
  "version": "1.1",
  "items": [
    [
      "5cb608f9-571b-492e-a520-5bfb900a9b9c",
      "app-name-245",
      "pending"
    ],
    [
      "f8faa690-7e09-48a4-b33c-7965712acd0c",
      "app-name-244",
      "completed"
    ]
  ],
  "metadata": {
    "labels": [],
    "creationTimestamp": "2022-10-06T20:58:16.305662Z",
    "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The backup is still running.
    pub fn app_backup_not_completed_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/111",
  "title": "Source not ready",
  "detail": "The backup isn't completed, so its files can't be read.",
  "status": "409",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The create failed.
    pub fn app_backup_not_created_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/94",
  "title": "Backup not created",
  "detail": "The backup wasn't created because of an internal server issue.",
  "status": "500"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The delete failed.
    pub fn app_backup_not_deleted_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/97",
  "title": "Backup not deleted",
  "detail": "The backup wasn't deleted because of an internal server issue.",
  "status": "500"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The fetch failed.
    pub fn app_backup_not_retrieved_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/95",
  "title": "Backup not retrieved",
  "detail": "The backup wasn't retrieved because of an internal server issue.",
  "status": "500"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A pending backup can't be cancelled.
    pub fn app_backup_pending_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/128",
  "title": "Backup cancellation not allowed",
  "detail": "A pending backup can't be canceled.",
  "status": "409"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The list failed.
    pub fn app_backups_not_listed_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/96",
  "title": "Backups not listed",
  "detail": "The backups didn't list because of an internal server issue.",
  "status": "500"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The only app of an account.
    pub fn app_list_of_one() -> types::AppList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-apps",
  "version": "2.2",
  "items": [
    {
      "type": "application/astra-app",
      "version": "2.2",
      "id": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
      "name": "shop",
      "state": "ready",
      "stateUnready": [],
      "clusterID": "4e0f9c1a-7b52-5d36-8a10-2f6d3c5b9e84",
      "clusterName": "acme",
      "namespaces": [
        "shop"
      ],
      "namespaceScopedResources": [
        {
          "namespace": "shop",
          "labelSelectors": []
        }
      ],
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T08:00:00.000000Z",
        "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
        "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
      }
    }
  ],
  "metadata": {
    "count": 1,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The restore has ended.
    pub fn app_restore_ended_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Conflict",
  "detail": "The restore has ended, so it can't be cancelled.",
  "status": "409",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The only restore of an app.
    pub fn app_restore_list_of_one() -> types::AppRestoreList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appRestores",
  "version": "1.0",
  "items": [
    {
      "type": "application/astra-appRestore",
      "version": "1.0",
      "id": "6d0b7b52-4c0e-4a41-8d3c-0a6f5c1f9e33",
      "appID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
      "sourceAppID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
      "backupID": "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
      "target": "/srv/restored/shop",
      "include": [
        "/database/orders"
      ],
      "node": "node-1",
      "state": "running",
      "stateUnready": [],
      "notes": [],
      "totalBytes": 4096,
      "bytesDone": 1024,
      "percentDone": 25,
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T09:00:00.000000Z",
        "modificationTimestamp": "2026-01-05T09:00:07.000000Z",
        "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
      }
    }
  ],
  "metadata": {
    "count": 1,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The app is already being restored.
    pub fn app_restoring_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/112",
  "title": "App not ready",
  "detail": "The app is being restored.",
  "status": "409",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A backup is reading it.
    pub fn app_snap_in_use_by_app_backup_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/144",
  "title": "Snapshot in use by a backup",
  "detail": "A backup is copying this snapshot. Delete it when the backup has ended.",
  "status": "409",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The only snapshot of an app.
    pub fn app_snap_list_of_one() -> types::AppSnapList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appSnaps",
  "version": "1.2",
  "items": [
    {
      "type": "application/astra-appSnap",
      "version": "1.2",
      "id": "9d0c8d5e-7f43-4b0c-8f6f-0d1c4a1f5b77",
      "name": "before-upgrade",
      "snapshotAppAsset": "6b3f1a0e-4b55-5c2d-9e0a-3f6d2c7b8a19",
      "state": "completed",
      "stateUnready": [],
      "hookState": "success",
      "hookStateDetails": [],
      "metadata": {
        "labels": [
          {
            "name": "ticket",
            "value": "OPS-17"
          }
        ],
        "creationTimestamp": "2026-01-05T09:30:00.000000Z",
        "modificationTimestamp": "2026-01-05T09:30:04.250000Z",
        "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
      }
    }
  ],
  "metadata": {
    "count": 1,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The create failed.
    pub fn app_snap_not_created_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/98",
  "title": "Snapshot not created",
  "detail": "The server failed while it was creating the snapshot.",
  "status": "500",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The fetch failed.
    pub fn app_snap_not_retrieved_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/99",
  "title": "Snapshot not retrieved",
  "detail": "The server failed while it was reading the snapshot.",
  "status": "500",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The list failed.
    pub fn app_snaps_not_listed_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/100",
  "title": "Snapshots not listed",
  "detail": "The server failed while it was reading the list of snapshots.",
  "status": "500",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The only app of an account, with a completed backup and a running one.
    pub fn app_summary_list_of_one() -> types::AppSummaryList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appSummaries",
  "version": "1.0",
  "items": [
    {
      "type": "application/astra-appSummary",
      "version": "1.0",
      "id": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
      "name": "shop",
      "state": "ready",
      "stateUnready": [],
      "volumes": [
        "data",
        "media"
      ],
      "lastCompletedBackup": {
        "type": "application/astra-appBackup",
        "version": "1.1",
        "id": "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
        "name": "nightly-20260105-023000-54fe651d",
        "bucketID": "0afbe357-a717-4c7a-8b3d-d0368959c8de",
        "snapshotID": "d0a2b4f1-63f0-4c0f-8e0c-8a6c5c0a3a57",
        "state": "completed",
        "stateUnready": [],
        "hookState": "success",
        "hookStateDetails": [],
        "backupCreationTimestamp": "2026-01-05T02:30:01.000000Z",
        "totalBytes": 4096,
        "bytesDone": 4096,
        "percentDone": 100,
        "metadata": {
          "labels": [],
          "creationTimestamp": "2026-01-05T02:30:00.000000Z",
          "modificationTimestamp": "2026-01-05T02:30:09.000000Z",
          "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b",
          "modifiedBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
        }
      },
      "latestBackup": {
        "type": "application/astra-appBackup",
        "version": "1.1",
        "id": "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
        "name": "nightly-20260105-023000-54fe651d",
        "bucketID": "0afbe357-a717-4c7a-8b3d-d0368959c8de",
        "snapshotID": "d0a2b4f1-63f0-4c0f-8e0c-8a6c5c0a3a57",
        "state": "completed",
        "stateUnready": [],
        "hookState": "success",
        "hookStateDetails": [],
        "backupCreationTimestamp": "2026-01-05T02:30:01.000000Z",
        "totalBytes": 4096,
        "bytesDone": 4096,
        "percentDone": 100,
        "metadata": {
          "labels": [],
          "creationTimestamp": "2026-01-05T02:30:00.000000Z",
          "modificationTimestamp": "2026-01-05T02:30:09.000000Z",
          "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b",
          "modifiedBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
        }
      },
      "backupsInProgress": [
        {
          "type": "application/astra-appBackup",
          "version": "1.1",
          "id": "6a9cf0de-1d0b-4b63-a1de-0d2a35f7c1b8",
          "name": "backup-20260105-091500-6a9cf0de",
          "bucketID": "0afbe357-a717-4c7a-8b3d-d0368959c8de",
          "snapshotID": "2b0de1fd-5d3e-4ff5-9f57-4d5b0e6d4b0f",
          "state": "running",
          "stateUnready": [],
          "hookState": "success",
          "hookStateDetails": [],
          "totalBytes": 4096,
          "bytesDone": 1024,
          "percentDone": 25,
          "metadata": {
            "labels": [],
            "creationTimestamp": "2026-01-05T09:15:00.000000Z",
            "modificationTimestamp": "2026-01-05T09:15:03.000000Z",
            "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269",
            "modifiedBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
          }
        }
      ],
      "startedBackups": 1,
      "pendingBackups": 0,
      "restoresInProgress": [],
      "startedRestores": 0,
      "pendingRestores": 0,
      "schedules": [
        {
          "type": "application/astra-schedule",
          "version": "1.3",
          "id": "9a7f4c1e-2d35-5b60-8f14-6c0b9e3d7a52",
          "name": "nightly",
          "appID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
          "origin": "configuration",
          "enabled": "true",
          "granularity": "custom",
          "cron": "30 2 * * *",
          "timeZone": "Europe/Berlin",
          "jitterSecs": 600,
          "makes": [
            "backup"
          ],
          "snapshotRetention": "0",
          "retention": {
            "keepLast": 7,
            "keepMonthly": 12
          },
          "nextRunTimestamp": "2026-01-06T01:34:12.000000Z",
          "metadata": {
            "labels": [],
            "creationTimestamp": "2026-01-05T08:00:00.000000Z",
            "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
            "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
          }
        }
      ],
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T08:00:00.000000Z",
        "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
        "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
      }
    }
  ],
  "metadata": {
    "count": 1,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The body arrives too slowly.
    pub fn body_timed_out_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Request Timeout",
  "detail": "The body of the request didn't arrive in time.",
  "status": "408",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The body is too long.
    pub fn body_too_large_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/85",
  "title": "Request body too large",
  "detail": "The body of the request is longer than this server reads.",
  "status": "413",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The only bucket of an account.
    pub fn bucket_list_of_one() -> types::BucketList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-buckets",
  "version": "1.2",
  "items": [
    {
      "type": "application/astra-bucket",
      "version": "1.2",
      "id": "0afbe357-a717-4c7a-8b3d-d0368959c8de",
      "name": "local",
      "provider": "directory",
      "state": "available",
      "stateUnready": [],
      "isDefault": true,
      "backupsMax": 2,
      "storedBytes": 734003200,
      "freeBytes": 107374182400,
      "measurementTimestamp": "2026-01-05T09:45:00.000000Z",
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T08:00:00.000000Z",
        "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
        "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
      }
    }
  ],
  "metadata": {
    "count": 1,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The bucket can't be read.
    pub fn bucket_unavailable_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Service Unavailable",
  "detail": "The bucket of the backup can't be read at the moment. Try again later.",
  "status": "503",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///An empty list of clouds.
    pub fn cloud_list_of_none() -> types::CloudList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-clouds",
  "version": "1.0",
  "items": [],
  "metadata": {
    "count": 0,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The resource or collection doesn't exist.
    pub fn collection_not_found_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/2",
  "title": "Collection not found",
  "detail": "The collection specified in the request URI wasn't found.",
  "status": "404"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A completed snapshot.
    pub fn completed_app_snap() -> types::AppSnap {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appSnap",
  "version": "1.2",
  "id": "9d0c8d5e-7f43-4b0c-8f6f-0d1c4a1f5b77",
  "name": "before-upgrade",
  "snapshotAppAsset": "6b3f1a0e-4b55-5c2d-9e0a-3f6d2c7b8a19",
  "state": "completed",
  "stateUnready": [],
  "hookState": "success",
  "hookStateDetails": [],
  "metadata": {
    "labels": [
      {
        "name": "ticket",
        "value": "OPS-17"
      }
    ],
    "creationTimestamp": "2026-01-05T09:30:00.000000Z",
    "modificationTimestamp": "2026-01-05T09:30:04.250000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A name that is already used.
    pub fn conflict_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/10",
  "title": "JSON resource conflict",
  "detail": "The request body JSON contains a field that conflicts with an idempotent value.",
  "status": "409"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A daily schedule that was created over the API.
    pub fn daily_schedule() -> types::Schedule {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-schedule",
  "version": "1.3",
  "id": "5d0f7a52-93c4-4b1c-9d6e-0a4a2f1be7c3",
  "name": "daily-schedule",
  "appID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
  "origin": "api",
  "enabled": "true",
  "granularity": "daily",
  "minute": "30",
  "hour": "2",
  "dayOfWeek": "*",
  "dayOfMonth": "*",
  "cron": "30 2 * * *",
  "timeZone": "UTC",
  "jitterSecs": 0,
  "makes": [
    "backup",
    "snapshot"
  ],
  "backupRetention": "7",
  "snapshotRetention": "1",
  "retention": {
    "keepLast": 7
  },
  "nextRunTimestamp": "2026-01-06T02:30:00.000000Z",
  "metadata": {
    "labels": [],
    "creationTimestamp": "2026-01-05T09:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T09:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The name at the beginning of an archive, whose rest is left out.
    pub fn directory_archive() -> &'static [u8] {
        b"media/uploads"
    }
    ///The content of a file.
    pub fn file_content() -> &'static [u8] {
        b"Hello, world!"
    }
    ///The backup doesn't contain the path.
    pub fn file_not_found_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/2",
  "title": "Collection not found",
  "detail": "The collection specified in the request URI wasn't found.",
  "status": "404",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04",
  "invalidParams": [
    {
      "name": "path",
      "reason": "the backup doesn't contain it"
    }
  ]
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The first five bytes of a file.
    pub fn file_part() -> &'static [u8] {
        b"Hello"
    }
    ///The only hook of an app.
    pub fn hook_list_of_one() -> types::HookList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-executionHooks",
  "version": "1.3",
  "items": [
    {
      "type": "application/astra-executionHook",
      "version": "1.3",
      "id": "7b1f4f0a-6a53-5c1d-9a44-1d0e8e1c2f60",
      "name": "quiesce",
      "appID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
      "hookType": "custom",
      "stage": "pre",
      "action": "snapshot",
      "enabled": "true",
      "timeoutSecs": 30,
      "matchingImages": [],
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T08:00:00.000000Z",
        "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
        "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
      }
    }
  ],
  "metadata": {
    "count": 1,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A restore is reading it.
    pub fn in_use_by_restore_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/142",
  "title": "In use by a restore",
  "detail": "A restore is reading this data. Delete it when the restore has ended.",
  "status": "409",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A failure inside the server.
    pub fn internal_error_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/34",
  "title": "Internal error",
  "detail": "The server failed while it was working on this request.",
  "status": "500",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///An invalid query.
    pub fn invalid_query_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/5",
  "title": "Invalid query parameters",
  "detail": "The supplied query parameters are invalid.",
  "status": "400"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///Too little free space.
    pub fn low_space_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Service Unavailable",
  "detail": "The server has too little free space to accept new work. Deleting backups and snapshots frees space.",
  "status": "503",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The wrong method.
    pub fn method_not_allowed_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/69",
  "title": "Method not allowed",
  "detail": "This URI doesn't support the method of the request.",
  "status": "405",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The confirmation header is missing.
    pub fn missing_header_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/79",
  "title": "Missing header",
  "detail": "The request is missing a header that this operation requires.",
  "status": "403",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04",
  "invalidParams": [
    {
      "name": "ForceUpdate",
      "reason": "it is missing: expected true"
    }
  ]
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///No bearer token.
    pub fn missing_token_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/3",
  "title": "Missing bearer token",
  "detail": "The request is missing the required bearer token.",
  "status": "401"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The token lacks permission.
    pub fn not_permitted_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/11",
  "title": "Operation not permitted",
  "detail": "The requested operation isn't permitted.",
  "status": "403"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The server isn't ready.
    pub fn not_ready_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/41",
  "title": "Service not ready",
  "detail": "The server can't serve requests at the moment. Try again shortly.",
  "status": "503",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A pending backup.
    pub fn pending_app_backup() -> types::AppBackup {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appBackup",
  "version": "1.1",
  "id": "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
  "name": "app-name-245",
  "bucketID": "0afbe357-a717-4c7a-8b3d-d0368959c8de",
  "scheduleID": "1fe83650-9b3c-41ef-bb25-a2910c19c33e",
  "state": "pending",
  "stateUnready": [],
  "metadata": {
    "labels": [],
    "creationTimestamp": "2022-10-06T20:58:16.305662Z",
    "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A restore to a directory that waits.
    pub fn pending_app_restore() -> types::AppRestore {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appRestore",
  "version": "1.0",
  "id": "6d0b7b52-4c0e-4a41-8d3c-0a6f5c1f9e33",
  "appID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
  "sourceAppID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
  "backupID": "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
  "target": "/srv/restored/shop",
  "include": [
    "/database/orders"
  ],
  "node": "node-1",
  "state": "pending",
  "stateUnready": [],
  "notes": [],
  "metadata": {
    "labels": [],
    "creationTimestamp": "2026-01-05T09:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T09:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A pending snapshot.
    pub fn pending_app_snap() -> types::AppSnap {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appSnap",
  "version": "1.2",
  "id": "4f56a1df-8f47-541a-bd81-77260053a2f6",
  "name": "app-name-245",
  "scheduleID": "1fe83650-9b3c-41ef-bb25-a2910c19c33e",
  "state": "pending",
  "stateUnready": [],
  "metadata": {
    "labels": [],
    "creationTimestamp": "2022-10-06T20:58:16.305662Z",
    "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A range after the end of the file.
    pub fn range_not_satisfiable_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Range Not Satisfiable",
  "detail": "The file doesn't contain the requested range.",
  "status": "416",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04",
  "invalidParams": [
    {
      "name": "Range",
      "reason": "the file has 13 bytes"
    }
  ]
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///An app that can be backed up.
    pub fn ready_app() -> types::App {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-app",
  "version": "2.2",
  "id": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
  "name": "shop",
  "state": "ready",
  "stateUnready": [],
  "clusterID": "4e0f9c1a-7b52-5d36-8a10-2f6d3c5b9e84",
  "clusterName": "acme",
  "namespaces": [
    "shop"
  ],
  "namespaceScopedResources": [
    {
      "namespace": "shop",
      "labelSelectors": []
    }
  ],
  "metadata": {
    "labels": [],
    "creationTimestamp": "2026-01-05T08:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The resource to delete doesn't exist.
    pub fn resource_not_found_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/1",
  "title": "Resource not found",
  "detail": "The resource specified in the request URI wasn't found.",
  "status": "404"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A restore to a directory that runs.
    pub fn running_app_restore() -> types::AppRestore {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-appRestore",
  "version": "1.0",
  "id": "6d0b7b52-4c0e-4a41-8d3c-0a6f5c1f9e33",
  "appID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
  "sourceAppID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
  "backupID": "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
  "target": "/srv/restored/shop",
  "include": [
    "/database/orders"
  ],
  "node": "node-1",
  "state": "running",
  "stateUnready": [],
  "notes": [],
  "totalBytes": 4096,
  "bytesDone": 1024,
  "percentDone": 25,
  "metadata": {
    "labels": [],
    "creationTimestamp": "2026-01-05T09:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T09:00:07.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A schedule of the configuration.
    pub fn schedule_configured_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Conflict",
  "detail": "The schedule is part of the server's configuration, where only an operator can change it.",
  "status": "409",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The only schedule of an app.
    pub fn schedule_list_of_one() -> types::ScheduleList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-schedules",
  "version": "1.3",
  "items": [
    {
      "type": "application/astra-schedule",
      "version": "1.3",
      "id": "9a7f4c1e-2d35-5b60-8f14-6c0b9e3d7a52",
      "name": "nightly",
      "appID": "0c5d8a4e-3f1b-5a77-9d2e-6b1f0a7c4e21",
      "origin": "configuration",
      "enabled": "true",
      "granularity": "custom",
      "cron": "30 2 * * *",
      "timeZone": "Europe/Berlin",
      "jitterSecs": 600,
      "makes": [
        "backup"
      ],
      "snapshotRetention": "0",
      "retention": {
        "keepLast": 7,
        "keepMonthly": 12
      },
      "nextRunTimestamp": "2026-01-06T01:34:12.000000Z",
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T08:00:00.000000Z",
        "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
        "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
      }
    }
  ],
  "metadata": {
    "count": 1,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The source of the restore isn't completed.
    pub fn source_not_ready_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "https://astra.netapp.io/problems/111",
  "title": "Source not ready",
  "detail": "The backup that the body names isn't completed.",
  "status": "409",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04",
  "invalidFields": [
    {
      "name": "backupID",
      "reason": "the backup isn't completed"
    }
  ]
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The target isn't below a permitted directory.
    pub fn target_not_permitted_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Conflict",
  "detail": "This server doesn't permit restores to the target.",
  "status": "409",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04",
  "invalidFields": [
    {
      "name": "target",
      "reason": "it is not below a directory for restores: expected a directory below /srv/restored"
    }
  ]
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A full queue.
    pub fn too_many_requests_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Too Many Requests",
  "detail": "The app or its account has as many pending jobs as this server accepts. Try again when some of them have ended.",
  "status": "429",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///Too many schedules.
    pub fn too_many_schedules_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Too Many Requests",
  "detail": "The app has as many schedules as this server accepts. Delete one of them first.",
  "status": "429",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///A body of the wrong type.
    pub fn unsupported_media_type_problem() -> types::Problem {
        ::serde_json::from_str(
                r#"{
  "type": "about:blank",
  "title": "Unsupported Media Type",
  "detail": "The body of the request has a media type that this operation doesn't read.",
  "status": "415",
  "correlationID": "3f1c0b52-6f0e-4d0a-9a60-5a7c2f1e9b04"
}"#,
            )
            .expect("the contract's examples are valid")
    }
    ///The token of a script, and the server itself.
    pub fn user_list_of_two() -> types::UserList {
        ::serde_json::from_str(
                r#"{
  "type": "application/astra-users",
  "version": "1.2",
  "items": [
    {
      "type": "application/astra-user",
      "version": "1.2",
      "id": "8f84cf09-8036-51e4-b579-bd30cb07b269",
      "firstName": "ci",
      "lastName": "",
      "email": "",
      "authProvider": "local",
      "state": "active",
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T08:30:00.000000Z",
        "modificationTimestamp": "2026-01-05T08:30:00.000000Z",
        "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
      }
    },
    {
      "type": "application/astra-user",
      "version": "1.2",
      "id": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b",
      "firstName": "appkeep",
      "lastName": "",
      "email": "",
      "authProvider": "local",
      "state": "active",
      "metadata": {
        "labels": [],
        "creationTimestamp": "2026-01-05T08:00:00.000000Z",
        "modificationTimestamp": "2026-01-05T08:00:00.000000Z",
        "createdBy": "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b"
      }
    }
  ],
  "metadata": {
    "count": 2,
    "labels": [],
    "creationTimestamp": "2026-01-05T10:00:00.000000Z",
    "modificationTimestamp": "2026-01-05T10:00:00.000000Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"#,
            )
            .expect("the contract's examples are valid")
    }
}
