//! Formats and destinations of reports.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::verify_faulty_server;
use crate::faulty_server;
use crate::program::{only_error_line, run, stdout};

#[test]
fn one_run_can_write_several_reports() {
    let dir = TempDir::new().unwrap();
    let file = |name: &str| dir.path().join(name).display().to_string();
    let outputs = ["json=a.json", "junit=b.xml", "html=c.html", "text=d.txt"].map(|output| {
        let (format, name) = output.split_once('=').unwrap();
        format!("{format}={}", file(name))
    });
    let arguments: Vec<&str> = outputs.iter().flat_map(|output| ["--output", output]).collect();
    let output = verify_faulty_server(&faulty_server::start(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let read = |name: &str| fs::read_to_string(file(name)).unwrap();

    assert_eq!(read("d.txt"), stdout(&output));
    let json: Value = serde_json::from_str(&read("a.json")).unwrap();
    assert_eq!(json["live"]["ended_early"], Value::Null);
    let checks = json["live"]["checks"].as_array().unwrap();
    let xml = read("b.xml");
    assert_eq!(xml.matches("<testcase ").count(), checks.len());
    let count = |result: &str| checks.iter().filter(|check| check["result"] == result).count();
    assert!(count("violated") > 0 && count("left-out") > 0);
    assert_eq!(xml.matches("<failure ").count(), count("violated"));
    assert_eq!(
        xml.matches("<skipped ").count(),
        count("left-out") + count("not-judged")
    );
    let html = read("c.html");
    // Two examples of each cause are shown in full.
    let causes = json["live"]["causes"].as_array().unwrap();
    let findings = |cause: &Value| cause["findings"].as_u64().unwrap();
    let examples: u64 = causes.iter().map(|cause| findings(cause).min(2)).sum();
    assert_eq!(
        html.matches("<article>").count(),
        usize::try_from(examples).unwrap()
    );
    let all = checks
        .iter()
        .map(|check| check["findings"].as_array().unwrap().len());
    let all = u64::try_from(all.sum::<usize>()).unwrap();
    assert_eq!(causes.iter().map(findings).sum::<u64>(), all);
    for text in [&xml, &html] {
        assert!(!text.contains("secret"), "the report contains the token");
    }
}

#[test]
fn color_can_be_forced_and_disabled() {
    let url = faulty_server::start();
    let report = |color| {
        let options = ["--operations", "app_backup_list_all", "--color", color];
        stdout(&verify_faulty_server(&url, &options))
    };
    let coloured = report("always");
    assert!(coloured.contains("\u{1b}[31mVIOLATED\u{1b}[0m"), "{coloured}");
    let plain = report("never");
    assert!(!plain.contains('\u{1b}'), "{plain}");
}

#[test]
fn unwritable_outputs_are_rejected_before_the_run() {
    let output = run(["verify", "--output", "junit=/no/such/directory/report.xml"]);
    assert_eq!(
        only_error_line(&output),
        "failed to write /no/such/directory/report.xml: its directory does not exist"
    );
    for (output, message) in [
        (
            "pdf=a.pdf",
            "invalid format \"pdf\": expected text, json, junit, html",
        ),
        (
            "report.xml",
            "invalid format \"report.xml\": expected text, json, junit, html",
        ),
        ("junit=", "expected a file after =, for example junit=report"),
    ] {
        let refused = run(["verify", "--output", output]);
        assert_eq!(refused.status.code(), Some(2), "{output}");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains(message), "{said}");
    }
}
