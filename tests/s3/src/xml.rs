//! The few operations on XML that faults need. The elements have no attributes.

/// The texts of all elements with this name.
pub(crate) fn values(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(&open).skip(1);
    parts
        .filter_map(|part| part.split_once(&close))
        .map(|(value, _)| unescape(value))
        .collect()
}

/// Removes the elements `name` for which `is_removed` returns true; it receives the text of their element `inner`.
pub(crate) fn remove(xml: &str, name: &str, inner: &str, is_removed: impl Fn(&str) -> bool) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut parts = xml.split(&open);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (element, rest) = part.split_once(&close).unwrap_or((part, ""));
        if !values(element, inner).iter().any(|value| is_removed(value)) {
            kept.extend([&open, element, &close]);
        }
        kept.push_str(rest);
    }
    kept
}

/// Replaces the text of the first element with this name.
pub(crate) fn replace(xml: &str, name: &str, text: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let found = xml
        .split_once(&open)
        .and_then(|(before, rest)| Some((before, rest.split_once(&close)?.1)));
    found.map_or_else(
        || xml.to_owned(),
        |(before, after)| format!("{before}{open}{}{close}{after}", escape(text)),
    )
}

/// Replaces characters that have a meaning in XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_removed_by_their_key() {
        let xml = "<R><C><Key>a</Key></C><C><Key>b&amp;</Key></C><N>2</N></R>";
        assert_eq!(values(xml, "Key"), ["a", "b&"]);
        let kept = remove(xml, "C", "Key", |key| key == "b&");
        assert_eq!(kept, "<R><C><Key>a</Key></C><N>2</N></R>");
        assert_eq!(replace(&kept, "N", "1"), "<R><C><Key>a</Key></C><N>1</N></R>");
        assert_eq!(replace(&kept, "M", "1"), kept);
    }
}
