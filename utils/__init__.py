"""The course's shared helpers: everything a lesson needs but does not teach.

========================  ==========================================================
`utils.data`              ``load("mnist")``: find, verify, cache, return arrays
`utils.engines`           bring a 2017 engine up on today's Python
`utils.photos`             photos from a folder or a file; bottlenecks kept
`utils.runtime`           seeds, hardware, stopwatch
`utils.plots`             the course's look, and figures with alternative text
`utils.widgets`           figures with sliders, and the Playground
`utils.claims`            say, check and record a headline figure
`utils.exercises`         ``check("05.2", answer)``: verdict and staged hints
`utils.cells`             a lesson's own cells, for commands and tests
`utils.course`            the command line over the notebooks
`utils.colab`             lessons in an imitation of Colab
`utils.caffe_build`       compile Caffe for this environment, at set-up
`utils.keras_theano`      Keras calling Theano, in a second environment
========================  ==========================================================
"""
import os

# TensorFlow reads this once, when it is first imported: without it every lesson opens with a
# page of start-up log. Set it to 0 before you start Jupyter to see that log again.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
