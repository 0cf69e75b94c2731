//! Defects of semantics: what lists say.

use serde_json::{Value, json};

use super::plant::Plant::{Act, In, Out, Recall};
use super::plant::{Defect, defect};
use super::wire::{key, recount};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    // ------------------------------------------------------------------ pages
    defect("limit-ignored", "`limit` is ignored.", In(|asked| asked.forget("limit"))),
    defect("limit-off-by-one", "A page holds one item more than `limit`.", In(|asked| {
        for (name, value) in &mut asked.query {
            if name == "limit" && let Ok(limit) = value.parse::<u32>() && limit > 0 {
                *value = (limit + 1).to_string();
            }
        }
    })),
    defect("limit-ignored-with-include", "`limit` is ignored where `include` is given.", In(|asked| {
        if asked.asks_for("include").is_some() {
            asked.forget("limit");
        }
    })),
    defect("include-ignored-on-later-pages", "`include` counts on the first page only.", In(|asked| {
        if asked.asks_for("continue").is_some() {
            asked.forget("include");
        }
    })),
    defect("pages-overlap", "A page begins with the last item of the one before.", Recall(|notes, asked, said| {
        if !asked.is_list() || asked.asks_for("limit").is_none() || !said.is_success() {
            return;
        }
        let before = notes.kept.get(&asked.path).cloned();
        notes.kept.insert(asked.path.clone(), said.json()["items"].as_array().and_then(|items| items.last().cloned()).unwrap_or_default());
        if let Some(last) = before && asked.asks_for("continue").is_some() {
            said.items(|items| items.insert(0, last));
            recount(said);
        }
    })),
    defect("page-lacks-item", "Every page but the first lacks its first item.", Out(|asked, said| {
        if asked.asks_for("continue").is_some() && said.is_success() {
            said.items(|items| {
                if !items.is_empty() {
                    items.remove(0);
                }
            });
            recount(said);
        }
    })),
    defect("pages-end-early", "The first page doesn't say that more follow.", Out(|_, said| {
        said.change(|body| {
            if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
                metadata.shift_remove("continue");
            }
        });
    })),
    defect("last-page-goes-on", "The last page says that more follow.", Out(|asked, said| {
        if asked.is_list() && asked.asks_for("limit").is_some() && said.is_success() {
            said.change(|body| {
                let is_last = body["metadata"]["continue"].is_null();
                if is_last && body["items"] != json!([]) {
                    // Well-formed, and beyond the end.
                    body["metadata"]["continue"] = json!("0".repeat(48));
                }
            });
        }
    })),
    defect("count-of-all", "`count` counts what all pages hold.", Act(|asked, real| {
        Box::pin(async move {
            let mut said = real.send(asked.clone()).await;
            if asked.is_list() && said.is_success() && asked.asks_for("limit").is_some() {
                let mut all = asked;
                all.query.clear();
                let count = real.send(all).await.json()["metadata"]["count"].clone();
                said.change(|body| body["metadata"]["count"] = count);
            }
            Some(said)
        })
    })),
    defect("count-off-by-one", "`count` is one too many.", Out(|_, said| {
        said.change(|body| {
            if let Some(count) = body.pointer_mut("/metadata/count") {
                *count = json!(count.as_u64().map(|count| count + 1));
            }
        });
    })),
    // ------------------------------------------------------------------ columns
    defect("columns-in-another-order", "`include` gives the columns in the order of the alphabet.", Out(|asked, said| {
        let include = asked.asks_for("include").unwrap_or_default();
        said.each_row(|row| {
            let mut named: Vec<(&str, Value)> = include.split(',').zip(row.drain(..)).collect();
            named.sort_by_key(|(name, _)| *name);
            row.extend(named.into_iter().map(|(_, value)| value));
        });
    })),
    defect("column-nulls-dropped", "`include` leaves out what is absent.", Out(|_, said| {
        said.each_row(|row| row.retain(|value| !value.is_null()));
    })),
    defect("columns-as-text", "`include` gives numbers as strings.", Out(|_, said| {
        said.each_row(|row| {
            for value in row {
                if value.is_number() {
                    *value = json!(value.to_string());
                }
            }
        });
    })),
    // ------------------------------------------------------------------ items
    defect("oldest-first", "Lists begin with the oldest.", Out(|_, said| {
        said.items(|items| items.reverse());
    })),
    defect("order-of-names", "Lists are ordered by name.", Out(|asked, said| {
        if asked.query.is_empty() {
            said.items(|items| items.sort_by_key(|item| item["name"].to_string()));
        }
    })),
    defect("newest-missing", "Lists across the account lack the newest.", Out(|asked, said| {
        if asked.operation() == "app_backup_list_all" && asked.query.is_empty() {
            said.items(|items| {
                if !items.is_empty() {
                    items.remove(0);
                }
            });
            recount(said);
        }
    })).in_both_trees(),
    defect("item-twice", "Lists hold their first item twice.", Out(|asked, said| {
        if asked.query.is_empty() && said.is_success() {
            said.items(|items| {
                if let Some(first) = items.first().cloned() {
                    items.insert(0, first);
                }
            });
            recount(said);
        }
    })),
    defect("item-abridged", "Lists leave out the labels.", Out(|asked, said| {
        if asked.is_list() {
            said.each_resource(|resource| resource["metadata"]["labels"] = json!([]));
        }
    })),
    defect("list-untyped", "Lists don't say what they are.", Out(|asked, said| {
        if asked.is_list() && said.is_success() {
            said.change(|body| {
                let body = body.as_object_mut().expect("a list");
                body.shift_remove("type");
                body.shift_remove("version");
            });
        }
    })),
    defect("deleted-still-listed", "What was deleted stays in the lists.", Recall(|notes, asked, said| {
        if asked.is_delete() && said.status == 204 {
            notes.ids.push(asked.id().to_owned());
        }
        if !asked.is_list() || !asked.query.is_empty() || !said.is_success() {
            return;
        }
        let path = &asked.path;
        said.items(|items| {
            let gone = notes.ids.iter().filter_map(|id| notes.kept.get(&format!("{path} {id}")).cloned());
            items.extend(gone);
            items.sort_by_key(|item| std::cmp::Reverse(key(item)));
            items.dedup_by_key(|item| key(item));
            for item in items {
                let id = item["id"].as_str().unwrap_or_default();
                notes.kept.insert(format!("{path} {id}"), item.clone());
            }
        });
        recount(said);
    })).everywhere(),
];
