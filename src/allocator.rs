//! Keeps the memory allocator of glibc from holding on to large blocks.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The setting of glibc (`man mallopt`, `M_MMAP_THRESHOLD`).
const THRESHOLD: &str = "MALLOC_MMAP_THRESHOLD_";
/// Blocks of at least 1 MiB go back to the system when they are freed.
const BYTES: &str = "1048576";

/// Starts the program again with a fixed threshold, once; it keeps its process id. Without it, glibc raises the threshold to
/// the largest block that was freed, and keeps freed blocks of this size: with four large descriptions of services, the
/// process reached 184 to 210 MiB instead of 148 to 154 (`it::processes::hostile::the_largest_descriptions_at_once`). Where
/// the program cannot be started again, it continues unchanged.
pub fn fix_threshold() {
    if !cfg!(target_env = "gnu") || env::var_os(THRESHOLD).is_some() {
        return;
    }
    let mut arguments = env::args_os();
    let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) else { return };
    // Only an error comes back.
    let _error = Command::new(program).arg0(name).args(arguments).env(THRESHOLD, BYTES).exec();
}
