// Goroutines, channels and timers; the runtime preempts with signals and parks its threads in the kernel.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var group sync.WaitGroup
	results := make(chan int, 8)
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			time.Sleep(time.Duration(i) * time.Millisecond)
			sum := 0
			for n := 0; n < 200000; n++ {
				sum += n % (i + 1)
			}
			results <- sum
		}(i)
	}
	ticker := time.NewTicker(2 * time.Millisecond)
	ticks := 0
	for ticks < 10 {
		<-ticker.C
		ticks++
	}
	ticker.Stop()
	group.Wait()
	close(results)
	total := 0
	for sum := range results {
		total += sum
	}
	select {
	case <-time.After(5 * time.Millisecond):
		fmt.Println("ticks", ticks, "total", total)
	}
}
