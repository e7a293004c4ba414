//! The working memory of argon2: one buffer for each of [`AT_ONCE`] hashes, allocated together at the first use and then
//! reused for the life of the process.
//!
//! Without them each hash allocates 19 MiB in whichever thread runs it, and glibc keeps such blocks in the arenas of
//! many threads: measured, 20 failed sign-ins took a process from 24 to 197 MiB.

use std::sync::{Mutex, PoisonError};

use argon2::Block;
use secrecy::zeroize::Zeroize;

use super::{AT_ONCE, PasswordError};

/// Buffers that nobody uses at the moment; none before the first use.
pub(super) struct Buffers {
    /// Blocks of a buffer. A block has 1 KiB, the unit of argon2's memory.
    length: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    are_allocated: bool,
    free: Vec<Vec<Block>>,
}

impl std::fmt::Debug for Buffers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Buffers")
    }
}

impl Buffers {
    /// For hashes of up to this memory.
    pub(super) fn of(memory_kib: u32) -> Self {
        Self { length: usize::try_from(memory_kib).unwrap_or(usize::MAX), state: Mutex::default() }
    }

    /// Calls `work` with a buffer of zeros, which is wiped and given back afterwards, also after a panic.
    ///
    /// # Errors
    /// [`PasswordError::NoMemory`] when the buffers cannot be allocated, [`PasswordError::Busy`] when all are in use;
    /// otherwise what `work` returns.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&mut [Block]) -> Result<T, PasswordError>,
    ) -> Result<T, PasswordError> {
        let mut borrowed = self.borrow()?;
        work(&mut borrowed.blocks)
    }

    fn borrow(&self) -> Result<Borrowed<'_>, PasswordError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.are_allocated {
            // All of them, so that memory does not grow when two people happen to sign in together.
            state.free = (0..AT_ONCE).map(|_| allocate(self.length)).collect::<Result<_, _>>()?;
            state.are_allocated = true;
        }
        let blocks = state.free.pop().ok_or(PasswordError::Busy)?;
        Ok(Borrowed { buffers: self, blocks })
    }
}

fn allocate(length: usize) -> Result<Vec<Block>, PasswordError> {
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(length).ok().ok_or(PasswordError::NoMemory)?;
    blocks.resize(length, Block::new());
    Ok(blocks)
}

/// A buffer in use.
struct Borrowed<'a> {
    buffers: &'a Buffers,
    blocks: Vec<Block>,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut blocks = std::mem::take(&mut self.blocks);
        // Block by block: `Vec::zeroize` would make the buffer empty as well.
        blocks.iter_mut().zeroize();
        self.buffers.state.lock().unwrap_or_else(PoisonError::into_inner).free.push(blocks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_wiped(blocks: &[Block]) -> bool {
        blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    fn addresses(buffers: &Buffers) -> Vec<usize> {
        let state = buffers.state.lock().unwrap();
        let mut addresses: Vec<usize> = state.free.iter().map(|blocks| blocks.as_ptr().addr()).collect();
        addresses.sort_unstable();
        addresses
    }

    #[test]
    fn they_are_allocated_once_reused_and_wiped() {
        let buffers = Buffers::of(8);
        assert!(addresses(&buffers).is_empty(), "nothing is allocated before the first use");
        let dirty = |blocks: &mut [Block]| {
            assert!(is_wiped(blocks));
            assert_eq!(blocks.len(), 8);
            for block in blocks {
                block.as_mut().fill(7);
            }
            Ok(())
        };
        buffers.with(dirty).unwrap();
        let first = addresses(&buffers);
        assert_eq!(first.len(), AT_ONCE);
        for _ in 0..3 {
            buffers.with(dirty).unwrap();
            assert_eq!(addresses(&buffers), first);
        }
        let state = buffers.state.lock().unwrap();
        assert!(state.free.iter().all(|blocks| is_wiped(blocks)));
    }

    #[test]
    fn a_buffer_comes_back_after_a_panic_and_no_third_one_is_made() {
        let buffers = Buffers::of(8);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = buffers.with(|_| -> Result<(), PasswordError> { panic!("as a broken hash would") });
        }));
        assert!(panicked.is_err());
        let third = buffers.with(|_| buffers.with(|_| buffers.with(|_| Ok(()))));
        assert!(matches!(third, Err(PasswordError::Busy)));
        assert_eq!(addresses(&buffers).len(), AT_ONCE);
    }
}
