//! Names that look equal.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Returns the form in which names are compared. It ignores case in all scripts, Unicode composition (NFKC), and the kind
/// and amount of white space.
#[must_use]
pub fn folded(name: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(name);
    let words: Vec<&str> = composed.split_whitespace().collect();
    // Large first: ß and ς have large forms that they share with ss and σ.
    words.join(" ").to_uppercase().to_lowercase()
}

/// Returns whether two names look equal.
#[must_use]
pub fn are_same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_equal_is_the_same_name() {
        for (one, other) in [
            ("Orders", "orders"),
            ("ÄRGER", "ärger"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("ΟΔΟΣ", "οδοσ"),
            ("ЗАКАЗЫ", "заказы"),
            ("Inv\u{f6}ices", "Invo\u{308}ices"),
            ("a b", "a\u{a0} b"),
            ("\u{ff29}nvoices", "Invoices"),
        ] {
            assert!(are_same(one, other), "{one} {other}");
        }
        for (one, other) in [("Orders", "Orders 2"), ("Arger", "Ärger"), ("ab", "a b")] {
            assert!(!are_same(one, other), "{one} {other}");
        }
    }
}
