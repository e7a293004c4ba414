//! Cells of a CSV export that a spreadsheet must not take for a formula.
//!
//! The rule is X6 of `spec/afc.md`, for values as they come from peers: names of files, their own words.
//! Separators and quotes are left to the `csv` crate.

use std::borrow::Cow;

/// The cell as it is exported.
///
/// A cell that starts with `+`, `-`, `=` or `@` gets a leading `'`, unless the rest is purely numeric
/// (`-123`, `+45.6`). So does one that starts with a tab or a line break, which spreadsheets skip
/// before they look for a formula.
#[must_use]
pub fn guard(cell: &str) -> Cow<'_, str> {
    let dangerous = match cell.split_at_checked(1) {
        Some(("+" | "-" | "=" | "@", rest)) => !is_number(rest),
        Some(("\t" | "\r" | "\n", _)) => true,
        Some(_) | None => false,
    };
    if dangerous { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
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
    #[case::tab("\t=1+1", "'\t=1+1")]
    #[case::carriage_return("\r=1+1", "'\r=1+1")]
    #[case::line_feed("\n=1+1", "'\n=1+1")]
    #[case::apostrophe("'=1", "'=1")]
    #[case::letter_of_several_bytes("ärger", "ärger")]
    fn formulas_are_guarded(#[case] cell: &str, #[case] expected: &str) {
        assert_eq!(guard(cell), expected);
    }
}
