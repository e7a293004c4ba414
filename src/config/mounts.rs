//! File systems of the kernel, which hold no files of anybody: `/proc`, `/sys`, devices, control groups.

use std::path::{Path, PathBuf};

/// Types of such file systems, as `/proc/self/mountinfo` names them (proc(5)).
const KERNEL: [&str; 21] = [
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "functionfs",
    "fusectl",
    "mqueue",
    "nsfs",
    "proc",
    "pstore",
    "resctrl",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "sysfs",
    "tracefs",
];

/// Where they are usually mounted; `/dev` may be a tmpfs in containers.
const USUAL: [&str; 3] = ["/proc", "/sys", "/dev"];

/// A mount: where, and of which type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    pub point: PathBuf,
    pub kind: String,
}

/// The mounts of this process; without `/proc`, none.
pub fn mounts() -> Vec<Mount> {
    std::fs::read_to_string("/proc/self/mountinfo").map(|text| parse(&text)).unwrap_or_default()
}

fn parse(mountinfo: &str) -> Vec<Mount> {
    let mount = |line: &str| {
        let (before, after) = line.split_once(" - ")?;
        let point = unescaped(before.split(' ').nth(4)?);
        Some(Mount { point: PathBuf::from(point), kind: after.split(' ').next()?.to_owned() })
    };
    mountinfo.lines().filter_map(mount).collect()
}

/// Space, tab, line end and backslash are `\` and three octal digits.
fn unescaped(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(text.to_owned(), |text, (escape, letter)| text.replace(escape, letter))
}

/// The file system of the kernel that a folder (by its true place) is on or contains, if there is one.
pub fn kernel_mount(folder: &Path, mounts: &[Mount]) -> Option<PathBuf> {
    let is_kernel = |mount: &&Mount| {
        KERNEL.contains(&mount.kind.as_str()) || USUAL.iter().any(|usual| mount.point == Path::new(usual))
    };
    let within = mounts.iter().filter(|mount| folder.starts_with(&mount.point));
    // Of mounts over each other the last one counts.
    let deepest = within.max_by_key(|mount| mount.point.components().count());
    let on =
        deepest.filter(is_kernel).or_else(|| mounts.iter().filter(is_kernel).find(|it| it.point.starts_with(folder)));
    let usual = || USUAL.iter().map(Path::new).find(|usual| mounts.is_empty() && folder.starts_with(usual));
    on.map(|mount| mount.point.clone()).or_else(|| usual().map(Path::to_owned))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// By hand, after the pattern of proc(5).
    const MOUNTINFO: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /proc rw,nosuid shared:12 - proc proc rw
24 22 0:22 / /sys rw,nosuid - sysfs sysfs rw
25 24 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
26 22 0:5 / /dev rw,nosuid shared:2 - devtmpfs udev rw
27 26 0:23 / /dev/shm rw - tmpfs tmpfs rw
28 22 8:2 / /srv/my\\040files rw - xfs /dev/sdb rw
29 22 0:21 / /srv/jail/proc rw - proc proc rw
";

    #[rstest]
    #[case("/proc", Some("/proc"))]
    #[case("/proc/1/root/srv", Some("/proc"))]
    #[case("/sys/kernel", Some("/sys"))]
    #[case("/sys/fs/cgroup/x", Some("/sys/fs/cgroup"))]
    #[case("/dev", Some("/dev"))]
    #[case("/dev/disk", Some("/dev"))]
    #[case("/dev/shm/files", None)]
    #[case("/srv", Some("/srv/jail/proc"))]
    #[case("/srv/jail", Some("/srv/jail/proc"))]
    #[case("/srv/jail/home", None)]
    #[case("/srv/my files/a", None)]
    #[case("/process", None)]
    #[case("/home", None)]
    fn folders_of_the_kernel(#[case] folder: &str, #[case] expected: Option<&str>) {
        let mounts = parse(&MOUNTINFO.replace("\\\\", "\\"));
        assert_eq!(kernel_mount(Path::new(folder), &mounts), expected.map(PathBuf::from), "{folder}");
    }

    #[test]
    fn escapes_are_read_and_nonsense_is_left_out() {
        let mounts = parse("28 22 8:2 / /srv/my\\040files rw - xfs /dev/sdb rw\nnonsense\n");
        assert_eq!(mounts, [Mount { point: PathBuf::from("/srv/my files"), kind: "xfs".to_owned() }]);
    }

    #[test]
    fn without_a_list_the_usual_places_count() {
        assert_eq!(kernel_mount(Path::new("/proc/1"), &[]), Some(PathBuf::from("/proc")));
        assert_eq!(kernel_mount(Path::new("/home"), &[]), None);
    }

    #[test]
    fn a_container_may_have_a_tmpfs_at_dev() {
        let mounts = parse("1 0 0:1 / / rw - overlay overlay rw\n2 1 0:2 / /dev rw - tmpfs tmpfs rw\n");
        assert_eq!(kernel_mount(Path::new("/dev/x"), &mounts), Some(PathBuf::from("/dev")));
    }
}
