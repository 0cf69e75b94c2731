//! The documented responses that were seen, and whether they were valid.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use comfy_table::{ContentArrangement, Table, presets};

use super::connection::Exchange;
use crate::origin::Origin;
use appkeep_openapi::{Document, Operation, StatusKey};

/// The state of one documented response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// Seen, and valid each time.
    Valid,
    /// Seen, and invalid at least once.
    Violated,
    /// Not seen.
    NotReached {
        /// The reason.
        reason: String,
    },
}

/// One documented response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The operation.
    pub operation: String,
    /// The status.
    pub status: u16,
    /// Documented, or one of our own additions.
    pub origin: Origin,
    /// Its state.
    pub state: CellState,
}

/// All responses that the document lists with an exact status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The responses in the order of the document.
    pub cells: Vec<Cell>,
}

impl Coverage {
    /// Compares the exchanges with the documented responses; `reason` explains why a response wasn't seen.
    pub(crate) fn of(document: &Document, log: &[Exchange], reason: impl Fn(&str, u16) -> String) -> Self {
        let mut seen: BTreeMap<(&str, u16), bool> = BTreeMap::new();
        for exchange in log {
            // Responses to undocumented methods don't count for an operation.
            let is_own = |operation: &Operation| operation.method == exchange.method;
            if exchange.status != 405 && !document.operation(&exchange.operation).is_some_and(is_own) {
                continue;
            }
            let violations = exchange.faulty || !exchange.violations.is_empty();
            *seen.entry((&exchange.operation, exchange.status)).or_default() |= violations;
        }
        let mut cells = Vec::new();
        for operation in document.operations() {
            for response in &operation.responses {
                let StatusKey::Exact(status) = response.status else {
                    continue;
                };
                let state = match seen.get(&(operation.id.as_str(), status)) {
                    Some(false) => CellState::Valid,
                    Some(true) => CellState::Violated,
                    None => CellState::NotReached {
                        reason: reason(&operation.id, status),
                    },
                };
                let origin = Origin::of_response(document, operation, response);
                cells.push(Cell {
                    operation: operation.id.clone(),
                    status,
                    origin,
                    state,
                });
            }
        }
        Self { cells }
    }

    /// The responses that the published reference documents.
    pub fn documented(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.origin == Origin::Documented)
    }

    /// The numbers of documented responses that are valid, violated and not reached.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let count =
            |is_state: fn(&CellState) -> bool| self.documented().filter(|cell| is_state(&cell.state)).count();
        (
            count(|state| matches!(state, CellState::Valid)),
            count(|state| matches!(state, CellState::Violated)),
            count(|state| matches!(state, CellState::NotReached { .. })),
        )
    }

    /// The documented responses as a table of operations and statuses, with the reasons below.
    ///
    /// The table is the same for all runs that see the same responses.
    #[must_use]
    pub fn table(&self) -> String {
        table_of(&self.documented().collect::<Vec<_>>())
    }

    /// The same table for our own additions.
    #[must_use]
    pub fn companion_table(&self) -> String {
        table_of(
            &self
                .cells
                .iter()
                .filter(|cell| cell.origin == Origin::Companion)
                .collect::<Vec<_>>(),
        )
    }
}

/// Responses by operation and status, in the order of the document.
pub(crate) struct Grid<'c> {
    cells: &'c [&'c Cell],
    pub(crate) operations: Vec<&'c str>,
    pub(crate) statuses: BTreeSet<u16>,
    /// The responses that weren't seen, by reason.
    pub(crate) unreached: BTreeMap<&'c str, Vec<String>>,
}

impl<'c> Grid<'c> {
    pub(crate) fn of(cells: &'c [&'c Cell]) -> Self {
        let mut operations: Vec<&str> = Vec::new();
        let mut unreached: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for cell in cells {
            if !operations.contains(&cell.operation.as_str()) {
                operations.push(&cell.operation);
            }
            if let CellState::NotReached { reason } = &cell.state {
                let responses = unreached.entry(reason).or_default();
                responses.push(format!("{} {}", cell.operation, cell.status));
            }
        }
        Self {
            cells,
            operations,
            statuses: cells.iter().map(|cell| cell.status).collect(),
            unreached,
        }
    }

    pub(crate) fn cell(&self, operation: &str, status: u16) -> Option<&'c Cell> {
        let mut cells = self.cells.iter().copied();
        cells.find(|cell| cell.operation == operation && cell.status == status)
    }
}

fn table_of(cells: &[&Cell]) -> String {
    let grid = Grid::of(cells);
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_content_arrangement(ContentArrangement::Disabled);
    let mut header = vec!["operation".to_owned()];
    header.extend(grid.statuses.iter().map(ToString::to_string));
    table.set_header(header);
    for operation in &grid.operations {
        let states = grid.statuses.iter().map(|status| {
            let cell = grid.cell(operation, *status);
            cell.map_or("", |cell| state_name(&cell.state))
        });
        table.add_row([*operation].into_iter().chain(states));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    let count = |state: &str| {
        cells
            .iter()
            .filter(|cell| state_name(&cell.state) == state)
            .count()
    };
    let mut text = format!(
        "{}\n\n{} responses: {} valid, {} violated, {} not reached\n",
        lines.join("\n"),
        cells.len(),
        count("valid"),
        count("VIOLATED"),
        count("not reached")
    );
    for (reason, responses) in grid.unreached {
        let _ = writeln!(text, "not reached, {reason}:");
        for response in responses {
            let _ = writeln!(text, "  {response}");
        }
    }
    text
}

fn state_name(state: &CellState) -> &'static str {
    match state {
        CellState::Valid => "valid",
        CellState::Violated => "VIOLATED",
        CellState::NotReached { .. } => "not reached",
    }
}
