//! Prints how long test servers take to start, and to stop.

use std::time::{Duration, Instant};

use appkeep_server::testing::TestServer;

/// The number of servers.
const SERVERS: usize = 200;

#[tokio::main]
async fn main() {
    // The first server of a process also migrates the schema.
    drop(TestServer::start().await);
    let (mut starts, mut stops) = (Vec::new(), Vec::new());
    for _ in 0..SERVERS {
        let begin = Instant::now();
        let server = TestServer::start().await;
        starts.push(begin.elapsed());
        let begin = Instant::now();
        drop(server);
        stops.push(begin.elapsed());
    }
    print("start", starts);
    print("stop", stops);
}

fn print(name: &str, mut durations: Vec<Duration>) {
    durations.sort();
    let at = |percent: usize| durations[(durations.len() - 1) * percent / 100];
    println!("{name}: median {:.1?}, 90 % below {:.1?}", at(50), at(90));
}
