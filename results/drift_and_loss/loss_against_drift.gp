# Loss against drift from the reference, checkpoints connected as trained.
# 'gnuplot loss_against_drift.gp', here, draws loss_against_drift.svg and loss_against_drift.pdf from loss_against_drift.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'loss_against_drift.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,445 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,4.63889in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'loss_against_drift.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN
set multiplot

set lmargin at screen 0.100106
set rmargin at screen 0.832165
set tmargin at screen 0.952096
set bmargin at screen 0.592814
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [0:2.51465]
set yrange [3.10482:7.29331]
set xtics ('0' 0, '0.5' 0.5, '1.0' 1, '1.5' 1.5, '2.0' 2, '2.5' 2.5) noenhanced
set ytics ('4' 4, '5' 5, '6' 6, '7' 7) noenhanced
unset label
unset arrow
set label 'relative drift of the model ‖b−a‖/‖a‖' at graph 0.5, screen 0.532934 center noenhanced
set label 'cross-entropy (nats)' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'stage 1' at graph 0, graph 1.05 left noenhanced font large
set arrow from graph 0.962912, graph 0.037037 to graph 1.03968, graph 0.0325427 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'scripture' at graph 1.05101, graph 0.0325427 left noenhanced textcolor rgb '#004F7C'
set arrow from graph 0.962912, graph 0.094715 to graph 1.03968, graph 0.0992093 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'pydoc' at graph 1.05101, graph 0.0992093 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.962912, graph 0.351457 to graph 1.03968, graph 0.351457 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'all' at graph 1.05101, graph 0.351457 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.962912, graph 0.52056 to graph 1.03968, graph 0.52056 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'jargon' at graph 1.05101, graph 0.52056 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.962912, graph 0.753517 to graph 1.03968, graph 0.753517 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'wordnet' at graph 1.05101, graph 0.753517 left noenhanced textcolor rgb '#006E50'
plot \
    'loss_against_drift.csv' using (of(1, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(2, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(3, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(4, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(5, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle

set lmargin at screen 0.100106
set rmargin at screen 0.832165
set tmargin at screen 0.437126
set bmargin at screen 0.0778443
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [2.40737:2.42192]
set yrange [3.10482:7.29331]
set xtics ('2.410' 2.41, '2.415' 2.415, '2.420' 2.42) noenhanced
set ytics ('4' 4, '5' 5, '6' 6, '7' 7) noenhanced
unset label
unset arrow
set label 'relative drift of the model ‖b−a‖/‖a‖' at graph 0.5, screen 0.0179641 center noenhanced
set label 'cross-entropy (nats)' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'after stage 1' at graph 0, graph 1.13333 left noenhanced font large
set label '' at graph 0.0113362, graph 1.04167 point pointtype 7 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 1' at graph 0.0396766, graph 1.04167 left noenhanced
set label '' at graph 0.299102, graph 1.04167 point pointtype 5 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 2' at graph 0.327443, graph 1.04167 left noenhanced
set label '' at graph 0.586869, graph 1.04167 point pointtype 9 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 3' at graph 0.615209, graph 1.04167 left noenhanced
set label '' at graph 0.874635, graph 1.04167 point pointtype 13 pointsize 0.5 linecolor rgb '#555555'
set label 'main' at graph 0.902975, graph 1.04167 left noenhanced
set arrow from graph 0.962963, graph 0.037037 to graph 1.03968, graph 0.0325427 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'scripture' at graph 1.05101, graph 0.0325427 left noenhanced textcolor rgb '#004F7C'
set arrow from graph 0.962963, graph 0.094715 to graph 1.03968, graph 0.0992093 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'pydoc' at graph 1.05101, graph 0.0992093 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.962963, graph 0.351457 to graph 1.03968, graph 0.351457 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'all' at graph 1.05101, graph 0.351457 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.962963, graph 0.52056 to graph 1.03968, graph 0.52056 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'jargon' at graph 1.05101, graph 0.52056 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.962963, graph 0.753517 to graph 1.03968, graph 0.753517 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'wordnet' at graph 1.05101, graph 0.753517 left noenhanced textcolor rgb '#006E50'
plot \
    'loss_against_drift.csv' using (of(6, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(7, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(8, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(9, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(10, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(11, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(12, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(13, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(14, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(15, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(16, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(17, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(18, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(19, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(20, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(21, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(22, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(23, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(24, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_against_drift.csv' using (of(25, cell('relative_drift'))):(cell('loss')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle
unset multiplot
set output
