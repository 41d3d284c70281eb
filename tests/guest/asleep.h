// Whether another thread or process sleeps, from its state in /proc.
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Waits until the task of this stat file sleeps or is over; says whether it sleeps. It must be seen asleep several
// times in a row, since there may be other short sleeps on the way to the one that is meant.
static int asleep(const char* stat_path) {
  char text[512];
  for (int seen = 0; seen < 4;) {
    struct timespec moment = {0, 1000000};
    nanosleep(&moment, NULL);
    int fd = open(stat_path, O_RDONLY);
    ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    text[got > 0 ? got : 0] = 0;
    const char* end = strrchr(text, ')');
    char state = end ? end[2] : 'Z';
    if (state == 'Z' || state == 'X') return 0;
    seen = state == 'S' ? seen + 1 : 0;
  }
  return 1;
}
