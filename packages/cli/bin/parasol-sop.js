#!/usr/bin/env node
// A committed file, so that package managers can link it before anything is built.
import '../dist/sop/main.js'
