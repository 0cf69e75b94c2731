//! Tables that fit the terminal: columns shrink, and if that isn't enough, each row becomes a list of fields.

use std::fmt::Write as _;

use comfy_table::{
    Cell as Rendered, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table as Grid, Width,
};

use crate::failure::on_one_line;

/// The number of spaces between two columns.
const GAP: u16 = 2;

/// The smallest width of a column that may shrink.
const SHRUNK_MIN: u16 = 14;

/// The meaning of a cell, shown as its colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Neutral.
    #[default]
    Plain,
    /// Success.
    Good,
    /// In progress.
    Pending,
    /// Failure.
    Bad,
}

impl Tone {
    fn color(self) -> Option<Color> {
        match self {
            Self::Plain => None,
            Self::Good => Some(Color::DarkGreen),
            Self::Pending => Some(Color::DarkYellow),
            Self::Bad => Some(Color::DarkRed),
        }
    }
}

/// A cell of a table.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// Creates a cell with a tone.
    pub(crate) fn toned(text: &impl ToString, tone: Tone) -> Self {
        Self {
            text: on_one_line(&text.to_string()),
            tone,
        }
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::toned(&text, Tone::Plain)
    }
}

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// The header of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(super) title: &'static str,
    align: Align,
    shrinks: bool,
}

impl Column {
    /// Creates a column that is as wide as its widest cell.
    pub(crate) const fn new(title: &'static str, align: Align) -> Self {
        Self {
            title,
            align,
            shrinks: false,
        }
    }

    /// Creates a column of names, which are wrapped if there is too little space.
    pub(crate) const fn shrinking(title: &'static str) -> Self {
        Self {
            title,
            align: Align::Left,
            shrinks: true,
        }
    }
}

/// A table with one resource per row.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self {
            columns: columns.into(),
            rows: Vec::new(),
        }
    }

    /// Returns the titles and the texts of the rows, for CSV.
    pub(super) fn texts(&self) -> (Vec<String>, Vec<Vec<&str>>) {
        let titles = self.columns.iter().map(|column| column.title.to_lowercase());
        let rows = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.text.as_str()).collect());
        (titles.collect(), rows.collect())
    }

    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// Renders the table as coloured text that is no wider than `width` characters, if possible. The caller
    /// removes the colours if they aren't wanted.
    pub(crate) fn render(&self, width: Option<u16>) -> String {
        let mut grid = self.grid();
        let natural = grid.column_max_content_widths();
        if let Some(width) = width.filter(|width| total(&natural) > *width) {
            let least: Vec<u16> = natural
                .iter()
                .zip(&self.columns)
                .map(|(width, column)| {
                    if column.shrinks {
                        (*width).min(SHRUNK_MIN)
                    } else {
                        *width
                    }
                })
                .collect();
            if total(&least) > width {
                return self.records(width);
            }
            shrink(&mut grid, &self.columns, &natural, width);
        }
        lines(&grid)
    }

    fn grid(&self) -> Grid {
        let mut grid = bare();
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            grid.set_header(self.columns.iter().map(|column| column.title));
        }
        for row in &self.rows {
            grid.add_row(row.iter().map(rendered));
        }
        for (found, column) in grid.column_iter_mut().zip(&self.columns) {
            if column.align == Align::Right {
                found.set_cell_alignment(CellAlignment::Right);
            }
        }
        pad(&mut grid);
        grid
    }

    /// Renders each row as a list of fields.
    fn records(&self, width: u16) -> String {
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                text.push_str("\n\n");
            }
            let mut details = Details::default();
            for (column, cell) in self.columns.iter().zip(row) {
                details.cell(&column.title.to_lowercase(), cell.clone());
            }
            text.push_str(&details.render(Some(width)));
        }
        text
    }
}

/// The details of one resource, one per line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details {
    rows: Vec<(String, Cell)>,
}

impl Details {
    pub(crate) fn cell(&mut self, label: &str, cell: impl Into<Cell>) {
        self.rows.push((label.to_owned(), cell.into()));
    }

    /// Renders the details as [`Table::render`] does.
    pub(crate) fn render(&self, width: Option<u16>) -> String {
        let mut grid = bare();
        for (label, cell) in &self.rows {
            grid.add_row([Rendered::new(label), rendered(cell)]);
        }
        pad(&mut grid);
        let natural = grid.column_max_content_widths();
        if let Some(width) = width.filter(|width| total(&natural) > *width) {
            let columns = [Column::new("", Align::Left), Column::shrinking("")];
            shrink(&mut grid, &columns, &natural, width);
        }
        lines(&grid)
    }
}

fn bare() -> Grid {
    let mut grid = Grid::new();
    grid.load_style(comfy_table::presets::NOTHING);
    grid.set_content_arrangement(ContentArrangement::Disabled);
    grid.force_no_tty().enforce_styling();
    grid.style_text_only();
    grid
}

/// Sets the space between columns; the first one begins at the start of the line.
fn pad(grid: &mut Grid) {
    for column in grid.column_iter_mut() {
        column.set_padding((0, GAP));
    }
}

fn rendered(cell: &Cell) -> Rendered {
    let rendered = Rendered::new(&cell.text);
    match cell.tone.color() {
        Some(color) => rendered.fg(color),
        None => rendered,
    }
}

/// Distributes the remaining width equally among the columns that may shrink.
fn shrink(grid: &mut Grid, columns: &[Column], natural: &[u16], width: u16) {
    let fixed: u16 = natural
        .iter()
        .zip(columns)
        .filter(|(_, column)| !column.shrinks)
        .map(|(width, _)| *width)
        .sum();
    let gaps = gaps(natural.len());
    let mut left = width.saturating_sub(fixed).saturating_sub(gaps);
    let mut shrinking: Vec<(usize, u16)> = natural
        .iter()
        .copied()
        .enumerate()
        .filter(|(index, _)| columns.get(*index).is_some_and(|column| column.shrinks))
        .collect();
    // Columns that need little are first and leave the rest to the others.
    shrinking.sort_by_key(|(_, width)| *width);
    let mut waiting = u16::try_from(shrinking.len()).unwrap_or(u16::MAX);
    for (index, wanted) in shrinking {
        let given = wanted.min(left / waiting.max(1)).max(1);
        left = left.saturating_sub(given);
        waiting = waiting.saturating_sub(1);
        if let Some(column) = grid.column_mut(index) {
            let padding = column.padding_width();
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(given + padding)));
        }
    }
    grid.set_width(width + GAP);
    grid.set_content_arrangement(ContentArrangement::Dynamic);
}

fn total(widths: &[u16]) -> u16 {
    widths.iter().sum::<u16>() + gaps(widths.len())
}

fn gaps(columns: usize) -> u16 {
    GAP * u16::try_from(columns.saturating_sub(1)).unwrap_or(u16::MAX / GAP)
}

fn lines(grid: &Grid) -> String {
    let mut text = String::new();
    for (index, line) in grid.lines().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        let _ = write!(text, "{}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn backups() -> Table {
        let mut table = Table::new([
            Column::shrinking("NAME"),
            Column::shrinking("APP"),
            Column::new("STATE", Align::Left),
            Column::new("SIZE", Align::Right),
            Column::new("AGE", Align::Right),
            Column::new("ID", Align::Left),
        ]);
        for (name, app, state, tone, size) in [
            (
                "nightly-20260101023000-0123456789ab",
                "shop",
                "completed",
                Tone::Good,
                "4.83 MiB",
            ),
            ("empty", "shop", "completed", Tone::Good, "0 B"),
            ("夜間バックアップ", "🗄️ archive", "failed", Tone::Bad, "-"),
        ] {
            table.row([
                name.into(),
                app.into(),
                Cell::toned(&state, tone),
                size.into(),
                "3h".into(),
                "1a2b3c4d".into(),
            ]);
        }
        table
    }

    fn plain(table: &str) -> String {
        anstream::adapter::strip_str(table).to_string()
    }

    #[test]
    fn a_table_is_as_wide_as_its_content() {
        assert_snapshot!(plain(&backups().render(None)));
        assert_eq!(backups().render(Some(200)), backups().render(None));
    }

    #[test]
    fn at_80_columns_names_are_wrapped() {
        let text = plain(&backups().render(Some(80)));
        assert_snapshot!(text);
        for line in text.lines() {
            assert!(console::measure_text_width(line) <= 80, "{line:?}");
        }
    }

    #[test]
    fn at_40_columns_fields_are_listed_vertically() {
        let text = plain(&backups().render(Some(40)));
        assert_snapshot!(text);
        for line in text.lines() {
            assert!(console::measure_text_width(line) <= 40, "{line:?}");
        }
    }

    #[test]
    fn colours_can_be_removed_and_change_no_column() {
        let text = backups().render(None);
        assert!(text.contains("\u{1b}["), "{text:?}");
        let starts: Vec<_> = plain(&text).lines().map(|line| line.find("1a2b")).collect();
        assert_eq!(starts.len(), 4);
    }

    #[test]
    fn server_text_cannot_move_the_cursor() {
        let mut details = Details::default();
        details.cell("name", "a\u{1b}[2J\nb");
        assert_eq!(details.render(None), "name  a\\u{1b}[2J b");
    }

    #[test]
    fn a_long_reason_is_wrapped_in_its_column() {
        let mut details = Details::default();
        details.cell("state", Cell::toned(&"failed", Tone::Bad));
        details.cell(
            "reason",
            "the bucket local is not there: /var/backups/appkeep lacks its marker",
        );
        assert_snapshot!(plain(&details.render(Some(40))));
    }
}
