//! A network between Syncdesk and Postgres that can be stopped: connections stay open, and nothing arrives any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

pub struct Proxy {
    pub port: u16,
    stopped: Arc<AtomicBool>,
    resumed: Arc<Notify>,
}

impl Proxy {
    /// In front of a port of loopback.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let proxy = Self {
            port: listener.local_addr().expect("its address").port(),
            stopped: Arc::default(),
            resumed: Arc::default(),
        };
        let (stopped, resumed) = (proxy.stopped.clone(), proxy.resumed.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (stopped, resumed) = (stopped.clone(), resumed.clone());
                tokio::spawn(async move {
                    passes(&stopped, &resumed).await;
                    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    tokio::join!(
                        copy(from_client, to_server, &stopped, &resumed),
                        copy(from_server, to_client, &stopped, &resumed)
                    );
                });
            }
        });
        proxy
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub fn resume(&self) {
        self.stopped.store(false, Ordering::SeqCst);
        self.resumed.notify_waiters();
    }
}

async fn passes(stopped: &AtomicBool, resumed: &Notify) {
    loop {
        let next = resumed.notified();
        if !stopped.load(Ordering::SeqCst) {
            return;
        }
        next.await;
    }
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, stopped: &AtomicBool, resumed: &Notify) {
    let mut buffer = vec![0; 1 << 14];
    while let Ok(read) = from.read(&mut buffer).await {
        passes(stopped, resumed).await;
        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
