//! Cells of a CSV export that a spreadsheet must not treat as a formula.
//!
//! The rule is X6 of `spec/afc.md`, for values as they come from peers: names of files, their own words. It holds for
//! each part of a cell as well: where `;`, a tab or `|` is the separator of a spreadsheet, it splits the cell there, and
//! then takes a line break in it for the end of the row. Separators and quotes are left to the `csv` crate.

use std::borrow::Cow;

/// First in a CSV file, U+FEFF makes spreadsheets read it as UTF-8 (Unicode 16, section 23.8). Programs that read the
/// file as UTF-8 skip it.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The cell as it is exported.
///
/// A part that starts with `+`, `-`, `=` or `@`, or their full-width forms, gets a leading `'`, unless the rest is purely
/// numeric (`-123`, `+45.6`). So does a cell that starts with a tab or a line break, which spreadsheets skip before
/// they look for a formula. Control characters other than these are dropped.
#[must_use]
pub fn guard(cell: &str) -> Cow<'_, str> {
    let clean = without_controls(cell);
    let skipped_first = clean.starts_with(['\t', '\r', '\n']);
    if !skipped_first && !parts(&clean).any(is_formula) {
        return clean;
    }
    let mut guarded = String::with_capacity(clean.len() + 4);
    if skipped_first {
        guarded.push('\'');
    }
    for part in parts(&clean) {
        if is_formula(part) {
            guarded.push('\'');
        }
        guarded.push_str(part);
    }
    Cow::Owned(guarded)
}

/// C0 and DEL, but for what separates lines and columns.
fn without_controls(cell: &str) -> Cow<'_, str> {
    let is_dropped = |sign: char| sign.is_ascii_control() && !matches!(sign, '\t' | '\r' | '\n');
    if cell.contains(is_dropped) { Cow::Owned(cell.replace(is_dropped, "")) } else { Cow::Borrowed(cell) }
}

/// Each with the separator at its end.
fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split_inclusive([';', '|', '\t', '\r', '\n'])
}

fn is_formula(part: &str) -> bool {
    // What spreadsheets skip, or do not show.
    let start = part.trim_start_matches([' ', '\u{a0}', '\u{200b}', '\u{feff}']);
    let mut signs = start.chars();
    match signs.next() {
        Some('+' | '-' | '=' | '@') => !is_number(signs.as_str().trim_end_matches([';', '|', '\t', '\r', '\n'])),
        Some('\u{ff0b}' | '\u{ff0d}' | '\u{ff1d}' | '\u{ff20}') => true,
        Some(_) | None => false,
    }
}

/// Digits, with at most one decimal point among them.
fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("", "")]
    #[case::words("report.txt", "report.txt")]
    #[case::not_at_the_start("a=b", "a=b")]
    #[case::formula("=1+1", "'=1+1")]
    #[case::command("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0")]
    #[case::at("@SUM(A1)", "'@SUM(A1)")]
    #[case::plus("+1-2", "'+1-2")]
    #[case::minus("-rf", "'-rf")]
    #[case::negative("-123", "-123")]
    #[case::decimal("+45.6", "+45.6")]
    #[case::equals_number("=123", "=123")]
    #[case::two_points("-1.2.3", "'-1.2.3")]
    #[case::no_digits_after_the_point("-1.", "'-1.")]
    #[case::no_digits_before_the_point("-.5", "'-.5")]
    #[case::two_signs("--1", "'--1")]
    #[case::number_with_a_space("-1 ", "'-1 ")]
    #[case::other_digits("-١٢", "'-١٢")]
    #[case::a_sign_alone("-", "'-")]
    #[case::tab("\t=1+1", "'\t'=1+1")]
    #[case::carriage_return("\r=1+1", "'\r'=1+1")]
    #[case::line_feed("\n=1+1", "'\n'=1+1")]
    #[case::tab_before_words("\tword", "'\tword")]
    #[case::apostrophe("'=1", "'=1")]
    #[case::letter_of_several_bytes("ärger", "ärger")]
    #[case::list_separator("foo;=HYPERLINK(1)", "foo;'=HYPERLINK(1)")]
    #[case::each_part("a;=1+1|@x\t-y", "a;'=1+1|'@x\t'-y")]
    #[case::numbers_in_parts("a;-5;+1.5|-7\t3", "a;-5;+1.5|-7\t3")]
    #[case::second_line("first\n=1+1", "first\n'=1+1")]
    #[case::second_line_of_windows("first\r\n+1+1", "first\r\n'+1+1")]
    #[case::blank_before(" =1+1", "' =1+1")]
    #[case::blank_after_separator("a; @x", "a;' @x")]
    #[case::zero_width("\u{200b}=1+1", "'\u{200b}=1+1")]
    #[case::full_width_equals("\u{ff1d}cmd", "'\u{ff1d}cmd")]
    #[case::full_width_plus("\u{ff0b}1", "'\u{ff0b}1")]
    #[case::full_width_minus("\u{ff0d}1", "'\u{ff0d}1")]
    #[case::full_width_at("a|\u{ff20}x", "a|'\u{ff20}x")]
    #[case::escape("\u{1b}[31mred", "[31mred")]
    #[case::control_before_a_formula("\u{0}\u{1f}=1+1", "'=1+1")]
    #[case::delete("a\u{7f}b", "ab")]
    #[case::lines_stay("one\r\ntwo\tthree", "one\r\ntwo\tthree")]
    fn formulas_are_guarded(#[case] cell: &str, #[case] expected: &str) {
        assert_eq!(guard(cell), expected);
    }
}
