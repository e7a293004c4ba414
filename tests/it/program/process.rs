//! The program as a process that serves or works until it is told to end.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::peers::{guarded, nobody};
use crate::visitor::Visitor;
use crate::wait::wait_until;

/// It ends with the test process, also when that is killed.
pub struct Process {
    guard: Child,
    pid: Pid,
    said: Lines<BufReader<ChildStdout>>,
    /// What it said behind the words that were waited for; of one that serves its address, such as
    /// `http://127.0.0.1:40123`.
    pub base: String,
}

impl Process {
    /// With the arguments, the environment and the folder of the command, as somebody without rights. `run` is a
    /// folder for the guard.
    pub(super) fn start(command: &Command, before: &[&str], run: &Path, words: &str) -> Self {
        // What may change its rights itself begins with ours.
        let user = nobody().filter(|_| before.first() != Some(&"unshare"));
        let mut guard = guarded("KILL", run, user);
        guard.args(["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]);
        for (name, value) in command.get_envs() {
            let mut pair = name.to_owned();
            pair.push("=");
            pair.push(value.unwrap_or_default());
            guard.arg(pair);
        }
        guard.args(before).arg(command.get_program()).args(command.get_args());
        guard.current_dir(command.get_current_dir().expect("a home")).stdout(Stdio::piped());
        let mut guard = guard.spawn().expect("keep.sh runs");
        let mut said = BufReader::new(guard.stdout.take().expect("a pipe")).lines();
        let base = after(&mut said, words);
        let number = wait_until("its number", || fs::read_to_string(run.join("pid")).ok());
        let pid = Pid::from_raw(number.trim().parse().expect("a number")).expect("a process");
        Self { guard, pid, said, base }
    }

    /// What comes behind these words, once it has said them.
    pub fn said(&mut self, words: &str) -> String {
        after(&mut self.said, words)
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.base)
    }

    /// The same person in front of this process: with the session of another one.
    pub fn twin_of(&self, visitor: &Visitor) -> Visitor {
        let there = self.visitor();
        there.set_cookie("syncdesk", &visitor.cookie("syncdesk").expect("somebody is signed in"));
        there
    }

    /// Of the process; the names of its workers begin with it.
    pub fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the process is there");
    }

    /// As `kill` does.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// SIGKILL; comes back when it is gone.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        self.ended();
    }

    pub fn is_running(&mut self) -> bool {
        self.guard.try_wait().expect("a child can be asked").is_none()
    }

    /// Its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        wait_until("the process to end", || self.guard.try_wait().expect("a child can be asked")).code()
    }

    /// The number by which the system knows it.
    pub fn number(&self) -> String {
        self.pid.as_raw_nonzero().to_string()
    }

    /// A line of `/proc/PID/status`, in KiB.
    pub fn memory(&self, line: &str) -> i64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.number())).expect("it runs");
        let value = status.lines().find_map(|text| text.strip_prefix(line)).expect(line);
        value.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().expect("a number")
    }

    /// Resets the peak of memory.
    pub fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.number()), "5").expect("the peak is reset");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

fn after(said: &mut Lines<BufReader<ChildStdout>>, words: &str) -> String {
    let line = said.map_while(Result::ok).find_map(|line| Some(line.split_once(words)?.1.to_owned()));
    line.unwrap_or_else(|| panic!("it ended without saying “{words}”"))
}
