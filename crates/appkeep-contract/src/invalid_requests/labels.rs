//! Invalid metadata and labels.

use super::Mutation as M;
use super::{InvalidRequest, Operations as On, Problem, extension};

pub(super) const ALL: &[&[InvalidRequest]] = &[METADATA, LIMITS];

/// Metadata of another shape.
#[rustfmt::skip]
const METADATA: &[InvalidRequest] = &[
    extension("metadata that is an array", On::Creates,
        &[M::Member("metadata", "[]")], 400, Problem::Numbers(&[8]), &["metadata"]),
    extension("metadata that is an array of its members", On::Creates,
        &[M::Member("metadata", "[[]]")], 400, Problem::Numbers(&[8]), &["metadata"]),
    extension("metadata that is a string", On::Creates,
        &[M::Member("metadata", r#""{}""#)], 400, Problem::Numbers(&[8]), &["metadata"]),
    extension("metadata without labels", On::Creates,
        &[M::Member("metadata", "{}")], 400, Problem::Numbers(&[8]), &["metadata.labels"]),
    extension("an unknown member of metadata", On::Creates,
        &[M::Metadata("colour", "1")], 400, Problem::Numbers(&[8]), &["metadata.colour"]),
    extension("null labels", On::Creates,
        &[M::Labels("null")], 400, Problem::Numbers(&[8]), &["metadata.labels"]),
    extension("labels that are an object", On::Creates,
        &[M::Labels(r#"{"a": "b"}"#)], 400, Problem::Numbers(&[8]), &["metadata.labels"]),
    extension("labels that are strings", On::Creates,
        &[M::Labels(r#"["a=b"]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[0]"]),
    extension("a label that is an array", On::Creates,
        &[M::Labels(r#"[["a", "b"]]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[0]"]),
    extension("a null label", On::Creates,
        &[M::Labels("[null]")], 400, Problem::Numbers(&[8]), &["metadata.labels[0]"]),
    extension("a label without value", On::Creates,
        &[M::Labels(r#"[{"name": "a"}]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[0].value"]),
    extension("a label without name", On::Creates,
        &[M::Labels(r#"[{"value": "a"}]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[0].name"]),
    extension("the second label without value", On::Creates,
        &[M::Labels(r#"[{"name": "a", "value": "b"}, {"name": "c"}]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[1].value"]),
    extension("a label's value that is a number", On::Creates,
        &[M::Labels(r#"[{"name": "a", "value": 1}]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[0].value"]),
    extension("a label's value that is null", On::Creates,
        &[M::Labels(r#"[{"name": "a", "value": null}]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[0].value"]),
    extension("an unknown member of a label", On::Creates,
        &[M::Labels(r#"[{"name": "a", "value": "b", "colour": 1}]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[0].colour"]),
    extension("a label without characters in its name", On::Creates,
        &[M::Labels(r#"[{"name": "", "value": "a"}]"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[0].name"]),
    extension("a label's name of 129 characters", On::Creates,
        &[M::ManyLabels { count: 2, name_chars: 129, value: "", repeat: 0 }], 400, Problem::Numbers(&[8]), &["metadata.labels[0].name", "metadata.labels[1].name"]),
    extension("a label's value of 257 characters", On::Creates,
        &[M::ManyLabels { count: 1, name_chars: 1, value: "ü", repeat: 257 }], 400, Problem::Numbers(&[8]), &["metadata.labels[0].value"]),
    extension("65 labels", On::Creates,
        &[M::ManyLabels { count: 65, name_chars: 2, value: "", repeat: 0 }], 400, Problem::Numbers(&[8]), &["metadata.labels"]),
    extension("25,000 labels", On::Creates,
        &[M::ManyLabels { count: 25_000, name_chars: 5, value: "", repeat: 0 }], 400, Problem::Numbers(&[8]), &["metadata.labels"]),
    // Members that only the server sets may be sent, if they are well-formed.
    extension("a malformed creation time", On::Creates,
        &[M::Metadata("creationTimestamp", r#""yesterday""#)], 400, Problem::Numbers(&[8]), &["metadata.creationTimestamp"]),
    extension("a day without time", On::Creates,
        &[M::Metadata("creationTimestamp", r#""2022-10-06""#)], 400, Problem::Numbers(&[8]), &["metadata.creationTimestamp"]),
    extension("a time without zone", On::Creates,
        &[M::Metadata("modificationTimestamp", r#""2022-10-06T20:58:16""#)], 400, Problem::Numbers(&[8]), &["metadata.modificationTimestamp"]),
    extension("a day that doesn't exist", On::Creates,
        &[M::Metadata("modificationTimestamp", r#""2022-02-30T00:00:00Z""#)], 400, Problem::Numbers(&[8]), &["metadata.modificationTimestamp"]),
    extension("a time that is a number", On::Creates,
        &[M::Metadata("creationTimestamp", "1665089896")], 400, Problem::Numbers(&[8]), &["metadata.creationTimestamp"]),
    extension("a malformed creator", On::Creates,
        &[M::Metadata("createdBy", r#""me""#)], 400, Problem::Numbers(&[8]), &["metadata.createdBy"]),
    extension("a null creator", On::Creates,
        &[M::Metadata("createdBy", "null")], 400, Problem::Numbers(&[8]), &["metadata.createdBy"]),
    extension("a malformed author of a change", On::Creates,
        &[M::Metadata("modifiedBy", r#""8A02EBD9-3A5D-4B1F-9C5E-7D1F0B0F6A11""#)], 400, Problem::Numbers(&[8]), &["metadata.modifiedBy"]),
];

/// Labels that break a rule that no schema states.
#[rustfmt::skip]
const LIMITS: &[InvalidRequest] = &[
    extension("16,385 bytes of labels", On::Creates,
        &[M::LabelsOneByteTooLong], 400, Problem::Numbers(&[9]), &["metadata.labels"]),
    extension("labels within all limits in characters, but not in bytes", On::Creates,
        &[M::ManyLabels { count: 64, name_chars: 2, value: "😀", repeat: 64 }], 400, Problem::Numbers(&[9]), &["metadata.labels"]),
    extension("one label twice", On::Creates,
        &[M::Labels(r#"[{"name": "a", "value": "b"}, {"name": "a", "value": "c"}]"#)], 400, Problem::Numbers(&[9]), &["metadata.labels[1].name"]),
    extension("every repetition of a label", On::Creates,
        &[M::Labels(r#"[{"name": "a", "value": ""}, {"name": "b", "value": ""}, {"name": "a", "value": ""}, {"name": "a", "value": ""}]"#)], 400, Problem::Numbers(&[9]), &["metadata.labels[2].name", "metadata.labels[3].name"]),
];
