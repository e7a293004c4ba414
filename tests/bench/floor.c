/* What the figures are compared with: the least that the work needs, in C, with the very SQLite that is built in.
 *
 *   floor fill  DATABASE RUN MESSAGES     puts a log into a run that has ended, as the portal would have stored it
 *   floor page  DATABASE RUN ROUNDS       the statements that one page of that log needs: microseconds a page
 *   floor store DATABASE MESSAGES BATCH   a bare loop of inserts into an empty schema: messages a second
 *   floor serve PORT FILE THREADS         FILE as the body of every answer, from memory; until it is killed
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sqlite3.h"

static sqlite3 *db;

static void die(const char *what) {
  fprintf(stderr, "floor: %s: %s\n", what, db ? sqlite3_errmsg(db) : strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(const char *sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) die(sql);
}

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) die(sql);
  return statement;
}

/* The portal's own settings (src/store/connection.rs): the same promise, kept by both. */
static void open_database(const char *path) {
  if (sqlite3_open(path, &db) != SQLITE_OK) die(path);
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000;"
      "PRAGMA journal_size_limit=67108864");
}

static long long number(const char *sql) {
  sqlite3_stmt *statement = prepare(sql);
  if (sqlite3_step(statement) != SQLITE_ROW) die(sql);
  long long value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

/* One run's messages: 1 % errors, 8 % warnings, 80 % successes, 11 % information; four codes; a path of about 40 bytes. */
static const char *INSERT_MESSAGE =
    "INSERT INTO messages (run_id, seq, at, category, code, direction, operation, item_type, item_key, args,"
    " foreign_text, cut) VALUES (?, ?, ?, ?, ?, 'out', ?, ?, ?, ?, NULL, 0)";

static int category_of(long long seq) {
  long long place = seq * 7919 % 100;
  return place < 1 ? 0 : place < 9 ? 1 : place < 89 ? 2 : 3;
}

static long long words[5]; /* four codes by category, one item type */

static void find_words(void) {
  run("INSERT OR IGNORE INTO words (kind, word) VALUES ('code', 'BENCH-E'), ('code', 'BENCH-W'), ('code', 'BENCH-S'),"
      " ('code', 'BENCH-I'), ('item_type', 'file')");
  const char *of[] = {"code' AND word = 'BENCH-E'", "code' AND word = 'BENCH-W'", "code' AND word = 'BENCH-S'",
                      "code' AND word = 'BENCH-I'", "item_type' AND word = 'file'"};
  for (int i = 0; i < 5; i++) {
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT id FROM words WHERE kind = '%s", of[i]);
    words[i] = number(sql);
  }
}

static void insert_message(sqlite3_stmt *insert, long long run_id, long long seq) {
  char key[64], args[64];
  int category = category_of(seq);
  int key_length = snprintf(key, sizeof key, "figures/2026/quarter %lld/report %08lld.csv", seq % 4 + 1, seq);
  int args_length = snprintf(args, sizeof args, "[\"%lld\",\"%lld ms\"]", 1000 + seq % 9000, seq % 90);
  sqlite3_bind_int64(insert, 1, run_id);
  sqlite3_bind_int64(insert, 2, seq);
  sqlite3_bind_int64(insert, 3, 1795000000000000 + seq * 250);
  sqlite3_bind_int(insert, 4, category);
  sqlite3_bind_int64(insert, 5, words[category]);
  sqlite3_bind_text(insert, 6, category == 2 ? "update" : "none", -1, SQLITE_STATIC);
  sqlite3_bind_int64(insert, 7, words[4]);
  sqlite3_bind_blob(insert, 8, key, key_length, SQLITE_STATIC);
  sqlite3_bind_text(insert, 9, args, args_length, SQLITE_STATIC);
  if (sqlite3_step(insert) != SQLITE_DONE) die("insert");
  sqlite3_reset(insert);
}

/* Messages with the counters of their run, a transaction a batch. */
static void store_messages(long long run_id, long long messages, long long batch) {
  sqlite3_stmt *insert = prepare(INSERT_MESSAGE);
  sqlite3_stmt *count = prepare("UPDATE run_counts SET n = n + ? WHERE run_id = ? AND category = ?");
  sqlite3_stmt *total = prepare("UPDATE run_progress SET last_seq = ?2, emitted = ?2, stored = ?2, n_error = n_error + ?3,"
                                " n_warning = n_warning + ?4, n_success = n_success + ?5, n_information = n_information + ?6"
                                " WHERE run_id = ?1");
  for (long long seq = 1; seq <= messages;) {
    long long n[4] = {0};
    run("BEGIN IMMEDIATE");
    for (long long end = seq + batch; seq < end && seq <= messages; seq++) {
      insert_message(insert, run_id, seq);
      n[category_of(seq)]++;
    }
    sqlite3_bind_int64(total, 1, run_id);
    sqlite3_bind_int64(total, 2, seq - 1);
    for (int category = 0; category < 4; category++) {
      sqlite3_bind_int64(total, 3 + category, n[category]);
      sqlite3_bind_int64(count, 1, n[category]);
      sqlite3_bind_int64(count, 2, run_id);
      sqlite3_bind_int(count, 3, category);
      if (sqlite3_step(count) != SQLITE_DONE) die("count");
      sqlite3_reset(count);
    }
    if (sqlite3_step(total) != SQLITE_DONE) die("total");
    sqlite3_reset(total);
    run("COMMIT");
  }
}

/* Makes the run's log empty, with counters at nought. */
static void clear_run(long long run_id) {
  char sql[900];
  snprintf(sql, sizeof sql,
           "DELETE FROM messages WHERE run_id = %1$lld; DELETE FROM run_counts WHERE run_id = %1$lld;"
           "UPDATE run_progress SET emitted = 0, stored = 0, cut = 0, last_seq = 0, n_error = 0, n_warning = 0,"
           " n_success = 0, n_information = 0 WHERE run_id = %1$lld;"
           "INSERT INTO run_counts SELECT %1$lld, 0, %2$lld, %6$lld, 'none', 0 UNION ALL SELECT %1$lld, 1, %3$lld, %6$lld, 'none', 0"
           " UNION ALL SELECT %1$lld, 2, %4$lld, %6$lld, 'update', 0 UNION ALL SELECT %1$lld, 3, %5$lld, %6$lld, 'none', 0",
           run_id, words[0], words[1], words[2], words[3], words[4]);
  run(sql);
}

static void fill(long long run_id, long long messages) {
  find_words();
  clear_run(run_id);
  store_messages(run_id, messages, 20000);
  run("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
  printf("%lld messages in run %lld\n", messages, run_id);
}

/* Steps through a statement and looks at every column of every row. */
static long long seen;
static int all_rows(sqlite3_stmt *statement) {
  int rows = 0, columns = sqlite3_column_count(statement);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < columns; i++) {
      if (sqlite3_column_type(statement, i) == SQLITE_INTEGER) seen += sqlite3_column_int64(statement, i);
      else seen += *(const unsigned char *)(sqlite3_column_bytes(statement, i) ? sqlite3_column_blob(statement, i) : (const void *)"");
    }
    rows++;
  }
  sqlite3_reset(statement);
  return rows;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Session, person with rights, system with group, run with progress, counts with words, fifty rows and one more. */
static void page(long long run_id, long long rounds) {
  char sql[64];
  sqlite3_stmt *of_reader[] = {
      prepare("SELECT state FROM sessions WHERE key_hash = (SELECT min(key_hash) FROM sessions) AND expires_at > 0"),
      prepare("SELECT p.id, p.name, p.time_zone, a.group_id, t.template FROM people p JOIN assignments a ON a.person_id = p.id"
              " JOIN collection_templates t ON t.collection_id = a.collection_id"
              " WHERE p.id = (SELECT min(id) FROM people) AND p.disabled_at IS NULL"),
      prepare("SELECT s.*, g.name FROM systems s JOIN system_groups g ON g.id = s.group_id"
              " WHERE s.key = (SELECT key FROM systems WHERE id = (SELECT system_id FROM runs WHERE id = ?1)) AND s.deleted_at IS NULL"),
      prepare("SELECT * FROM runs r LEFT JOIN run_progress p ON p.run_id = r.id WHERE r.id = ?1"),
      prepare("SELECT c.category, c.operation, c.n, w.word, i.word FROM run_counts c JOIN words w ON w.id = c.code"
              " JOIN words i ON i.id = c.item_type WHERE c.run_id = ?1"),
  };
  sqlite3_stmt *messages = prepare(
      "SELECT seq, at, category, code, direction, operation, item_type, item_key, args, foreign_text, cut FROM messages"
      " WHERE run_id = ?1 AND category = 2 AND seq > ?2 ORDER BY seq LIMIT 51");
  snprintf(sql, sizeof sql, "SELECT last_seq FROM run_progress WHERE run_id = %lld", run_id);
  long long last = number(sql);
  for (int i = 2; i < 5; i++) sqlite3_bind_int64(of_reader[i], 1, run_id);
  sqlite3_bind_int64(messages, 1, run_id);
  double *took = malloc(sizeof *took * (size_t)rounds);
  unsigned long long random = 88172645463325252ULL;
  for (long long round = 0; round < rounds; round++) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    double started = now();
    run("BEGIN");
    for (int i = 0; i < 5; i++) all_rows(of_reader[i]);
    sqlite3_bind_int64(messages, 2, (long long)(random % (unsigned long long)(last - 100)));
    if (all_rows(messages) != 51) die("a full page");
    run("COMMIT");
    took[round] = (now() - started) * 1e6;
  }
  qsort(took, (size_t)rounds, sizeof *took, by_size);
  printf("%.2f\n", took[rounds / 2]);
}

static void store(long long messages, long long batch) {
  find_words();
  run("INSERT INTO systems (key, name, kind, group_id, production, settings, settings_version, time_zone, schedule, timeout_us,"
      " max_attempts, connection, synchronization, overall, overall_since, created_at)"
      " VALUES ('bench', 'bench', 'files', 1, 0, '{}', 1, 'UTC', 'none', 1, 1, 'not_checked', 'open', 'neutral', 0, 0);"
      "INSERT INTO runs (id, system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at, lease_until)"
      " VALUES (1, last_insert_rowid(), 1, 'main', 'running', 'manual', 'bench', 1, 0, 0, 1);"
      "INSERT INTO run_progress (run_id, phase, items_done, items_total, bytes_done, bytes_total, total_final, unchanged, emitted,"
      " stored, cut, last_seq, n_error, n_warning, n_success, n_information)"
      " VALUES (1, 'transfer', 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)");
  clear_run(1);
  double started = now();
  store_messages(1, messages, batch);
  printf("%.0f\n", (double)messages / (now() - started));
}

static char *answer;
static size_t answer_length;
static struct sockaddr_in address = {.sin_family = AF_INET};

static void *serve_thread(void *unused) {
  int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0), queue = epoll_create1(0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 512)) die("listen");
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[64];
  epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
  char request[16384];
  for (;;) {
    int ready = epoll_wait(queue, events, 64, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        event.data.fd = accept(listener, NULL, NULL);
        epoll_ctl(queue, EPOLL_CTL_ADD, event.data.fd, &event);
      } else if (read(fd, request, sizeof request) <= 0) {
        close(fd);
      } else { /* the load generator sends one whole request at a time */
        for (size_t sent = 0; sent < answer_length;) {
          ssize_t n = write(fd, answer + sent, answer_length - sent);
          if (n <= 0) break;
          sent += (size_t)n;
        }
      }
    }
  }
  return unused;
}

static void serve(int port, const char *path, int threads) {
  FILE *file = fopen(path, "rb");
  if (!file) die(path);
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  answer = malloc((size_t)length + 256);
  answer_length = (size_t)sprintf(answer, "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: %ld\r\n\r\n", length);
  answer_length += fread(answer + answer_length, 1, (size_t)length, file);
  fclose(file);
  address.sin_port = htons((unsigned short)port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  pthread_t thread;
  for (int i = 1; i < threads; i++) pthread_create(&thread, NULL, serve_thread, NULL);
  serve_thread(NULL);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: see the head of floor.c\n");
    return 2;
  }
  if (!strcmp(argv[1], "serve")) {
    serve(atoi(argv[2]), argv[3], atoi(argv[4]));
    return 0;
  }
  open_database(argv[2]);
  if (!strcmp(argv[1], "fill")) fill(atoll(argv[3]), atoll(argv[4]));
  else if (!strcmp(argv[1], "page")) page(atoll(argv[3]), atoll(argv[4]));
  else if (!strcmp(argv[1], "store")) store(atoll(argv[3]), atoll(argv[4]));
  else return 2;
  return sqlite3_close_v2(db);
}
