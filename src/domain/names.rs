//! Names that people confuse.

/// A name in the form in which names are compared: two that differ only in the case of letters, of any script, are the same.
#[must_use]
pub fn folded(name: &str) -> String {
    // Large first: ß and ς have large forms that they share with ss and σ.
    name.to_uppercase().to_lowercase()
}

/// Whether people would take one name for the other.
#[must_use]
pub fn are_same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_letters_makes_no_name() {
        for (one, other) in [
            ("Orders", "orders"),
            ("ÄRGER", "ärger"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("ΟΔΟΣ", "οδοσ"),
            ("ЗАКАЗЫ", "заказы"),
        ] {
            assert!(are_same(one, other), "{one} {other}");
        }
        for (one, other) in [("Orders", "Orders 2"), ("Arger", "Ärger"), ("a b", "a  b")] {
            assert!(!are_same(one, other), "{one} {other}");
        }
    }
}
