//! Defects in semantics: the content of lists.

use serde_json::{Value, json};

use crate::testing::exchange::{recount, sort_key};
use crate::testing::injection::DefectKind::Semantics;
use crate::testing::injection::Injection::{Handler, OnRequest, OnResponse, Stateful};
use crate::testing::injection::{Defect, defect};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ pages
    defect(Semantics, "limit-ignored", "`limit` is ignored.", OnRequest(|request| request.remove_parameter("limit"))),
    defect(Semantics, "limit-off-by-one", "A page holds one item more than `limit`.", OnRequest(|request| {
        for (name, value) in &mut request.query {
            if name == "limit" && let Ok(limit) = value.parse::<u32>() && limit > 0 {
                *value = (limit + 1).to_string();
            }
        }
    })),
    defect(Semantics, "limit-ignored-with-include", "`limit` is ignored where `include` is given.", OnRequest(|request| {
        if request.parameter("include").is_some() {
            request.remove_parameter("limit");
        }
    })),
    defect(Semantics, "include-ignored-on-later-pages", "`include` only applies to the first page.", OnRequest(|request| {
        if request.parameter("continue").is_some() {
            request.remove_parameter("include");
        }
    })),
    defect(Semantics, "pages-overlap", "A page begins with the last item of the page before.", Stateful(|state, request, response| {
        if !request.is_list() || request.parameter("limit").is_none() || !response.is_success() {
            return;
        }
        let before = state.values.get(&request.path).cloned();
        state.values.insert(request.path.clone(), response.json()["items"].as_array().and_then(|items| items.last().cloned()).unwrap_or_default());
        if let Some(last) = before && request.parameter("continue").is_some() {
            response.items(|items| items.insert(0, last));
            recount(response);
        }
    })),
    defect(Semantics, "page-lacks-item", "Every page but the first lacks its first item.", OnResponse(|request, response| {
        if request.parameter("continue").is_some() && response.is_success() {
            response.items(|items| {
                if !items.is_empty() {
                    items.remove(0);
                }
            });
            recount(response);
        }
    })),
    defect(Semantics, "pages-end-early", "The first page has no `continue` although it isn't the last.", OnResponse(|_, response| {
        response.change(|body| {
            if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
                metadata.shift_remove("continue");
            }
        });
    })),
    defect(Semantics, "last-page-has-continue", "The last page has a `continue`.", OnResponse(|request, response| {
        if request.is_list() && request.parameter("limit").is_some() && response.is_success() {
            response.change(|body| {
                let is_last = body["metadata"]["continue"].is_null();
                if is_last && body["items"] != json!([]) {
                    // Well-formed, and beyond the end.
                    body["metadata"]["continue"] = json!("0".repeat(48));
                }
            });
        }
    })),
    defect(Semantics, "count-of-all", "`count` is the number of items on all pages.", Handler(|request, server| {
        Box::pin(async move {
            let mut response = server.send(request.clone()).await;
            if request.is_list() && response.is_success() && request.parameter("limit").is_some() {
                let mut all = request;
                all.query.clear();
                let count = server.send(all).await.json()["metadata"]["count"].clone();
                response.change(|body| body["metadata"]["count"] = count);
            }
            response
        })
    })),
    defect(Semantics, "count-off-by-one", "`count` is one too many.", OnResponse(|_, response| {
        response.change(|body| {
            if let Some(count) = body.pointer_mut("/metadata/count") {
                *count = json!(count.as_u64().map(|count| count + 1));
            }
        });
    })),
    // ------------------------------------------------------------------ columns
    defect(Semantics, "columns-in-another-order", "`include` returns the columns in alphabetical order.", OnResponse(|request, response| {
        let include = request.parameter("include").unwrap_or_default();
        response.each_row(|row| {
            let mut named: Vec<(&str, Value)> = include.split(',').zip(row.drain(..)).collect();
            named.sort_by_key(|(name, _)| *name);
            row.extend(named.into_iter().map(|(_, value)| value));
        });
    })),
    defect(Semantics, "column-nulls-dropped", "`include` leaves out absent values.", OnResponse(|_, response| {
        response.each_row(|row| row.retain(|value| !value.is_null()));
    })),
    defect(Semantics, "columns-as-strings", "`include` returns numbers as strings.", OnResponse(|_, response| {
        response.each_row(|row| {
            for value in row {
                if value.is_number() {
                    *value = json!(value.to_string());
                }
            }
        });
    })),
    // ------------------------------------------------------------------ items
    defect(Semantics, "oldest-first", "Lists are ordered oldest first.", OnResponse(|_, response| {
        response.items(|items| items.reverse());
    })),
    defect(Semantics, "ordered-by-name", "Lists are ordered by name.", OnResponse(|request, response| {
        if request.query.is_empty() {
            response.items(|items| items.sort_by_key(|item| item["name"].to_string()));
        }
    })),
    defect(Semantics, "newest-missing", "Lists across the account lack the newest backup.", OnResponse(|request, response| {
        if request.operation() == "app_backup_list_all" && request.query.is_empty() {
            response.items(|items| {
                if !items.is_empty() {
                    items.remove(0);
                }
            });
            recount(response);
        }
    })).in_both_trees(),
    defect(Semantics, "item-duplicated", "Lists hold their first item twice.", OnResponse(|request, response| {
        if request.query.is_empty() && response.is_success() {
            response.items(|items| {
                if let Some(first) = items.first().cloned() {
                    items.insert(0, first);
                }
            });
            recount(response);
        }
    })),
    defect(Semantics, "item-without-labels", "Lists leave out the labels.", OnResponse(|request, response| {
        if request.is_list() {
            response.each_resource(|resource| resource["metadata"]["labels"] = json!([]));
        }
    })),
    defect(Semantics, "list-untyped", "Lists have neither `type` nor `version`.", OnResponse(|request, response| {
        if request.is_list() && response.is_success() {
            response.change(|body| {
                let body = body.as_object_mut().expect("a list");
                body.shift_remove("type");
                body.shift_remove("version");
            });
        }
    })),
    defect(Semantics, "deleted-still-listed", "Deleted backups stay in the lists.", Stateful(|state, request, response| {
        if request.is_delete() && response.status == 204 {
            state.ids.push(request.id().to_owned());
        }
        if !request.is_list() || !request.query.is_empty() || !response.is_success() {
            return;
        }
        let path = &request.path;
        response.items(|items| {
            let gone = state.ids.iter().filter_map(|id| state.values.get(&format!("{path} {id}")).cloned());
            items.extend(gone);
            items.sort_by_key(|item| std::cmp::Reverse(sort_key(item)));
            items.dedup_by_key(|item| sort_key(item));
            for item in items {
                let id = item["id"].as_str().unwrap_or_default();
                state.values.insert(format!("{path} {id}"), item.clone());
            }
        });
        recount(response);
    })).everywhere(),
];
