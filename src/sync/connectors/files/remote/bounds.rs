//! How much a service may tell of one folder. Whoever answers decides how long an answer gets, and what it
//! tells is kept until the folder is done.

/// Entries of one folder, at most.
const CHILDREN: usize = 1_000_000;

/// Bytes of their names and marks, at most: 268 for each of as many entries as there may be.
const BYTES: usize = 256 * 1024 * 1024;

/// What one folder has used of its bounds.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    children: usize,
    bytes: usize,
}

impl Bounds {
    /// One more entry, with so many bytes of text.
    ///
    /// # Errors
    /// What is wrong with the answer, in words.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), &'static str> {
        self.children += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.children > CHILDREN {
            return Err("the folder has more than 1,000,000 entries");
        }
        if self.bytes > BYTES {
            return Err("the names in the folder are too long together");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_entries_and_no_more() {
        let mut bounds = Bounds::default();
        assert!((0..1_000_000).all(|_| bounds.count(200).is_ok()));
        assert!(bounds.count(0).is_err());
    }

    #[test]
    fn a_quarter_of_a_gigabyte_and_no_more() {
        let mut bounds = Bounds::default();
        assert_eq!(bounds.count(256 * 1024 * 1024), Ok(()));
        assert!(bounds.count(1).is_err());
        assert!(bounds.count(usize::MAX).is_err());
    }
}
