/*
 * Stands between a node's process and the C library (ld.so(8), LD_PRELOAD): the time of day is off
 * by so much, and what is written to a file takes so much longer. Both are read at each call from
 * a file that REKINDLE_CHAOS_CALLS names: two 64-bit numbers of nanoseconds in this machine's byte
 * order, first the offset of the clock, then the delay of the disk.
 *
 * Only what is asked through the C library is met, which is how a JVM asks. Clocks that count since
 * the start, and absolute deadlines, stay the kernel's. Writes through mapped memory take no call;
 * their msync does. One call at a time is delayed, as by a disk with one head.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000L

struct control {
  volatile int64_t clock_offset;
  volatile int64_t disk_delay;
};

static struct control nothing;
static struct control *control = &nothing;
static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void open_control(void) {
  const char *path = getenv("REKINDLE_CHAOS_CALLS");
  int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    abort(); /* A fault that can't strike must not pass for one that found nothing. */
  }
  void *mapped = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    abort();
  }
  control = mapped;
  close(file);
}

/* What would have been called; several threads may find it at once, and find the same. */
#define REAL(name)                                     \
  static __typeof__(&name) real;                       \
  if (real == NULL) {                                  \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
  }

static void shift(struct timespec *time) {
  int64_t nanos = time->tv_nsec + control->clock_offset % SECOND;
  time->tv_sec += control->clock_offset / SECOND;
  if (nanos < 0) {
    time->tv_sec--;
    nanos += SECOND;
  } else if (nanos >= SECOND) {
    time->tv_sec++;
    nanos -= SECOND;
  }
  time->tv_nsec = nanos;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  REAL(clock_gettime)
  int result = real(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    shift(time);
  }
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

time_t time(time_t *seconds) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds != NULL) {
    *seconds = now.tv_sec;
  }
  return now.tv_sec;
}

static void delay(void) {
  int64_t nanos = control->disk_delay;
  if (nanos > 0) {
    struct timespec wait = {nanos / SECOND, nanos % SECOND};
    pthread_mutex_lock(&disk);
    nanosleep(&wait, NULL);
    pthread_mutex_unlock(&disk);
  }
}

/* Sockets and pipes are written to by the same calls as files. */
static void delay_file(int file) {
  struct stat about;
  if (control->disk_delay > 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode)) {
    delay();
  }
}

ssize_t write(int file, const void *bytes, size_t count) {
  REAL(write)
  delay_file(file);
  return real(file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  REAL(writev)
  delay_file(file);
  return real(file, parts, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
  REAL(pwrite)
  delay();
  return real(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
  REAL(pwrite64)
  delay();
  return real(file, bytes, count, at);
}

int fsync(int file) {
  REAL(fsync)
  delay();
  return real(file);
}

int fdatasync(int file) {
  REAL(fdatasync)
  delay();
  return real(file);
}

int msync(void *at, size_t length, int flags) {
  REAL(msync)
  delay();
  return real(at, length, flags);
}
