//! Limits of documents and proofs.

use serde_saphyr::Budget;

use super::error::DocumentError;

/// Maximum depth of nested values, as in JSON. A fixed limit, because parsers are recursive.
const DEPTH_MAX: usize = 128;

/// Limits that protect from documents which would take too much memory or time. Messages name the limit that was
/// reached, as in [`Limits::set`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `document-bytes`: maximum size of a document, in bytes.
    pub document_bytes: u64,
    /// `yaml-values`: maximum number of values in a YAML document. Those of aliases count each time.
    pub yaml_values: u64,
    /// `external-files`: maximum number of files that a document refers to. `document-bytes` and `yaml-values` apply to
    /// all of its files together.
    pub external_files: u64,
    /// `proof-steps`: maximum number of steps of a proof about two schemas.
    pub proof_steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 32 * 1024 * 1024,
            yaml_values: 2_000_000,
            external_files: 1_000,
            proof_steps: 200_000,
        }
    }
}

impl Limits {
    /// The names of the limits.
    pub const NAMES: [&str; 4] = ["document-bytes", "yaml-values", "external-files", "proof-steps"];

    /// Sets a limit by its name.
    ///
    /// # Errors
    ///
    /// When there is no limit with this name.
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), String> {
        let limit = match name {
            "document-bytes" => &mut self.document_bytes,
            "yaml-values" => &mut self.yaml_values,
            "external-files" => &mut self.external_files,
            "proof-steps" => &mut self.proof_steps,
            _ => {
                return Err(format!(
                    "unknown limit {name:?}: expected {}",
                    Self::NAMES.join(", ")
                ));
            }
        };
        *limit = value;
        Ok(())
    }

    /// Checks the size of a document before it is read.
    ///
    /// # Errors
    ///
    /// When it is too large.
    pub fn check_bytes(&self, name: &str, bytes: u64) -> Result<(), DocumentError> {
        if bytes <= self.document_bytes {
            return Ok(());
        }
        Err(DocumentError::Limit {
            name: name.to_owned(),
            what: format!("{bytes} bytes"),
            limit: "document-bytes",
            value: self.document_bytes,
        })
    }

    /// The budget of the YAML parser.
    pub(super) fn yaml(&self) -> Option<Budget> {
        let values = usize::try_from(self.yaml_values).unwrap_or(usize::MAX);
        let bytes = usize::try_from(self.document_bytes).unwrap_or(usize::MAX);
        // An event begins or ends a value.
        let events = values.saturating_mul(2).saturating_add(64);
        serde_saphyr::budget! {
            max_nodes: values,
            max_events: events,
            max_depth: DEPTH_MAX,
            max_total_scalar_bytes: bytes.saturating_mul(2),
            max_recorded_anchor_events: events,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn each_name_sets_its_limit() {
        let mut limits = Limits::default();
        for (value, name) in (1..).zip(Limits::NAMES) {
            limits.set(name, value).unwrap();
        }
        let expected = Limits {
            document_bytes: 1,
            yaml_values: 2,
            external_files: 3,
            proof_steps: 4,
        };
        assert_eq!(limits, expected);
        let error = limits.set("steps", 1).unwrap_err();
        assert_eq!(
            error,
            "unknown limit \"steps\": expected document-bytes, yaml-values, external-files, proof-steps"
        );
    }
}
