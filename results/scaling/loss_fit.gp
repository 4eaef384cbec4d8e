# Losses of the runs, the law chinchilla with its intervals, and what it leaves.
# 'gnuplot loss_fit.gp', here, draws loss_fit.svg and loss_fit.pdf from loss_fit.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'loss_fit.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,405 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,4.22222in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'loss_fit.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN
set multiplot

set lmargin at screen 0.161375
set rmargin at screen 0.807319
set tmargin at screen 0.980263
set bmargin at screen 0.585526
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
set logscale x
unset logscale y
set xrange [459810:4.34907e6]
set yrange [3.47524:6.34427]
set xtics ('5·10^{5}' 500000, '10^{6}' 1.00000e6, '2·10^{6}' 2.00000e6, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '' 3.00000e6 1, '' 4.00000e6 1) enhanced
set ytics ('3.5' 3.5, '4.0' 4, '4.5' 4.5, '5.0' 5, '5.5' 5.5, '6.0' 6) noenhanced
unset label
unset arrow
set label 'training tokens' at graph 0.5, screen 0.519737 center noenhanced
set label 'loss (nats)' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from graph 0.962963, graph 0.0736424 to graph 1.04497, graph 0.0206511 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'N = 1.13M' at graph 1.05781, graph 0.0206511 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.962963, graph 0.105309 to graph 1.04497, graph 0.0873177 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'N = 499k' at graph 1.05781, graph 0.0873177 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.962963, graph 0.140779 to graph 1.04497, graph 0.153984 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'N = 226k' at graph 1.05781, graph 0.153984 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.962963, graph 0.18459 to graph 1.04497, graph 0.220651 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'N = 97.4k' at graph 1.05781, graph 0.220651 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.962963, graph 0.265603 to graph 1.04497, graph 0.287318 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'N = 26.9k' at graph 1.05781, graph 0.287318 left noenhanced textcolor rgb '#004F7C'
plot \
    'loss_fit.csv' using (of(1, cell('tokens'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'loss_fit.csv' using (of(2, cell('tokens'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'loss_fit.csv' using (of(3, cell('tokens'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#009E73' notitle, \
    'loss_fit.csv' using (of(4, cell('tokens'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#CC79A7' notitle, \
    'loss_fit.csv' using (of(5, cell('tokens'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#E69F00' notitle, \
    'loss_fit.csv' using (of(1, cell('tokens'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_fit.csv' using (of(2, cell('tokens'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_fit.csv' using (of(3, cell('tokens'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_fit.csv' using (of(4, cell('tokens'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_fit.csv' using (of(5, cell('tokens'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'loss_fit.csv' using (of(6, cell('tokens'))):(cell('loss')) with points pointtype 7 pointsize 0.5 linecolor rgb '#0072B2' notitle, \
    'loss_fit.csv' using (of(7, cell('tokens'))):(cell('loss')) with points pointtype 5 pointsize 0.5 linecolor rgb '#D55E00' notitle, \
    'loss_fit.csv' using (of(8, cell('tokens'))):(cell('loss')) with points pointtype 9 pointsize 0.5 linecolor rgb '#009E73' notitle, \
    'loss_fit.csv' using (of(9, cell('tokens'))):(cell('loss')) with points pointtype 13 pointsize 0.5 linecolor rgb '#CC79A7' notitle, \
    'loss_fit.csv' using (of(10, cell('tokens'))):(cell('loss')) with points pointtype 11 pointsize 0.5 linecolor rgb '#E69F00' notitle

set lmargin at screen 0.161375
set rmargin at screen 0.807319
set tmargin at screen 0.480263
set bmargin at screen 0.0855263
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
set logscale x
unset logscale y
set xrange [6.39388e10:3.42126e13]
set yrange [-0.0317976:0.046389]
set xtics ('10^{11}' 1.00000e11, '3·10^{11}' 3.00000e11, '10^{12}' 1.00000e12, '3·10^{12}' 3.00000e12, '10^{13}' 1.00000e13, '3·10^{13}' 3.00000e13, '' 7.00000e10 1, '' 8.00000e10 1, '' 9.00000e10 1, '' 2.00000e11 1, '' 4.00000e11 1, '' 5.00000e11 1, '' 6.00000e11 1, '' 7.00000e11 1, '' 8.00000e11 1, '' 9.00000e11 1, '' 2.00000e12 1, '' 4.00000e12 1, '' 5.00000e12 1, '' 6.00000e12 1, '' 7.00000e12 1, '' 8.00000e12 1, '' 9.00000e12 1, '' 2.00000e13 1) enhanced
set ytics ('−0.02' -0.02, '0' 0, '0.02' 0.02, '0.04' 0.04) noenhanced
unset label
unset arrow
set label 'compute (FLOP)' at graph 0.5, screen 0.0197368 center noenhanced
set label 'ln L − ln L̂' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from graph 0, first 0 to graph 1, first 0 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label '' at graph 0.01, first 0 left noenhanced offset 0,0.5 textcolor rgb '#555555'
plot \
    'loss_fit.csv' using (of(6, cell('compute'))):(cell('residual')) with points pointtype 7 pointsize 0.5 linecolor rgb '#0072B2' notitle, \
    'loss_fit.csv' using (of(7, cell('compute'))):(cell('residual')) with points pointtype 5 pointsize 0.5 linecolor rgb '#D55E00' notitle, \
    'loss_fit.csv' using (of(8, cell('compute'))):(cell('residual')) with points pointtype 9 pointsize 0.5 linecolor rgb '#009E73' notitle, \
    'loss_fit.csv' using (of(9, cell('compute'))):(cell('residual')) with points pointtype 13 pointsize 0.5 linecolor rgb '#CC79A7' notitle, \
    'loss_fit.csv' using (of(10, cell('compute'))):(cell('residual')) with points pointtype 11 pointsize 0.5 linecolor rgb '#E69F00' notitle
unset multiplot
set output
