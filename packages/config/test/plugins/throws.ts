throw new TypeError('hunter2')
